"""What a schedule is: how the learning rate changes in the course of a run."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import ClassVar, Protocol

from vitrine.core.errors import SpecError, shown
from vitrine.core.spec import Registry, Spec


class Length(Protocol):
    """What a schedule may read of the training's settings."""

    @property
    def epochs(self) -> int: ...


LONGEST = 10**15  # steps that a preview spans at the most: a field may hold more by mistake, and a float could not


class Schedule(Spec, abstract=True):
    """The rate of each step, from the optimizer's own (`base`), which may be changed while it runs."""

    registry: ClassVar[Registry[Schedule]] = Registry("schedule")
    by_epoch: ClassVar[bool] = False  # the same rate for all steps of an epoch
    constant: ClassVar[bool] = False  # the optimizer's own rate at every step: nothing to work out

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed schedule raises where it has no rate for a step of a run."""
        super().prove()
        cls().try_rates(0.1, 3)

    def try_rates(self, base: float, epochs: int) -> None:
        """Raises whatever it raises for a few steps of such a run, and SpecError for what is no rate."""
        if self.constant:
            return
        for rate in self.preview(base, epochs, 10)[1]:
            if not isinstance(rate, Real) or not 0 <= rate < float("inf"):
                raise SpecError(f"a rate must be a finite number of at least 0, not {shown(rate)}")

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        """The rate of step `step` of `total_steps`, counted from 0, in epoch `epoch`, counted from 0.

        losses: by finished epoch, on the validation part where there is one, else in training.
        """
        raise NotImplementedError(type(self).__name__)

    def misfit(self, training: Length) -> tuple[str, str] | None:
        """The field that does not suit the length of the run, and why; None if all does."""
        return None

    def preview(self, base: float, epochs: int, steps_per_epoch: int, count: int = 200) -> tuple[list[float], list[float]]:
        """Epochs (fractions, at most `count` points) and rates of a run in which no loss is known, for a plot."""
        total = min(max(1, epochs * steps_per_epoch), LONGEST)
        steps = sorted({round(i * (total - 1) / max(1, count - 1)) for i in range(count)})
        rates = [self.rate(base, step, step // steps_per_epoch, total, steps_per_epoch) for step in steps]
        return [step / steps_per_epoch for step in steps], rates
