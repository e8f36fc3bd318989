"""What a probe is: a question to the running network, asked by a view, answered in the training thread."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from vitrine.core.data import TrainingData
from vitrine.core.network.analysis import Analysis
from vitrine.core.spec import Registry, Spec
from vitrine.core.training.view import View

__all__ = ["Probe", "View"]

LIGHT = 30_000_000  # multiply-adds that take about 5 ms

AnswerT = TypeVar("AnswerT", covariant=True)


class Probe(Spec, Generic[AnswerT], abstract=True):
    """Frozen question: `probe(view)` gives a frozen dataclass, the answer that stands beside the probe, whose arrays are
    copies that nobody else holds; None where there is nothing to see, as for a node that is gone.

    Answered by the training thread between two steps, so it should take a few milliseconds at most. One that `is_heavy`
    is answered on a copy of the parameters in a thread of its own, and sees the optimizer's slots only if it `needs_slots`.
    """

    registry: ClassVar[Registry[Probe[Any]]] = Registry("probe")
    interval: ClassVar[float] = 0.0  # seconds that should pass between two evaluations while training
    heavy: ClassVar[bool] = False  # may take over some 5 ms, whatever the network
    needs_slots: ClassVar[bool] = False

    def is_heavy(self, analysis: Analysis, data: TrainingData) -> bool:
        """Whether an answer takes over some 5 ms on such a network and data."""
        return self.heavy

    @property
    def watches(self) -> str | None:
        """What the watch shall look at in the next step: "none" for each layer's numbers, or a sample of their
        "gradients", "activations" or "weights" beside; None: nothing."""
        return None

    @property
    def question(self) -> Probe[AnswerT]:
        """What is asked, without what the asker knows already."""
        return self

    def __call__(self, view: View) -> AnswerT | None:
        raise NotImplementedError(type(self).__name__)
