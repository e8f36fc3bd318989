"""What a stop rule is: a reason to end a run before its epochs are over."""

from __future__ import annotations

from typing import ClassVar, Protocol

from vitrine.core.data import DataInfo
from vitrine.core.errors import SpecError, shown
from vitrine.core.metrics.base import Metric
from vitrine.core.progress import Nothing, Progress
from vitrine.core.spec import Registry, Spec

__all__ = ["Plan", "Progress", "StopRule", "latest", "needs_validation"]


class Shares(Protocol):
    """How the data are split."""

    @property
    def validation(self) -> float: ...


class Plan(Protocol):
    """What a rule may read of the experiment that it belongs to."""

    @property
    def split(self) -> Shares: ...


class StopRule(Spec, abstract=True):
    """Asked after every epoch, and where `by_step` after every step, too. Epochs are counted from 1 in what people read."""

    registry: ClassVar[Registry[StopRule]] = Registry("stop_rule")
    by_step: ClassVar[bool] = False

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed rule raises where it is asked before anything is learnt."""
        super().prove()
        rule = cls()
        found = rule.reason(Nothing())
        if found is not None and not isinstance(found, str):
            raise SpecError(f"its reason must be text or None, not {shown(found)}")
        if not isinstance(rule.metrics, tuple) or not all(isinstance(one, Metric) for one in rule.metrics):
            raise SpecError(f"its metrics must be a tuple of them, not {shown(rule.metrics)}")

    def reason(self, progress: Progress) -> str | None:
        """Why the run ends here, in words, or None."""
        raise NotImplementedError(type(self).__name__)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that must be recorded for this rule."""
        return ()

    @property
    def asks_each_step(self) -> bool:
        """Whether it wants to be asked after every step, not only after every epoch."""
        return self.by_step

    @property
    def restores_best(self) -> bool:
        """Whether the weights of the epoch with the lowest validation loss come back when the run ends."""
        return False

    def misfit(self, experiment: Plan, info: DataInfo | None) -> tuple[str, str] | None:
        """The field that does not suit the experiment or its data, and why; None if all does."""
        return None


def latest(progress: Progress, name: str) -> float:
    """The value of the last epoch under the present loss and network; NaN before the first."""
    history = progress.history
    return history.epochs.last(name) if history.epochs.count > history.start.epochs else float("nan")


def needs_validation(experiment: Plan, what: str) -> str | None:
    """Why a rule that looks at the validation part can't work, or None."""
    if experiment.split.validation > 0:
        return None
    return f"looks at the {what} on the validation part, which is empty: give it a share in the split"
