"""What a learner is: a way to change a network's weights so that it does better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from vitrine.core.spec import Registry, Spec
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.run import Row, Run
from vitrine.core.training.watch import Watch


class Course(Protocol):
    """A learner at work on one run."""

    def resume(self) -> None:
        """To be called before the first stretch of an epoch, and where the run was moved in the middle of one."""

    def advance(self, budget: int) -> Sequence[Row] | Diagnosis:
        """One stretch of learning: at most `budget` steps, and so few that nobody waits long; rows for `Run.record`, which
        comes next. None at all: the epoch is over.

        A Diagnosis instead where numbers left the finite range: the weights are finite, and the batch is passed over.
        """


class Learner(Spec, abstract=True):
    """Settings of a way to learn. The trainer takes the first, by rank, that fits the experiment."""

    registry: ClassVar[Registry[Any]] = Registry("learner")

    def fits(self, experiment: Experiment) -> bool:
        """Whether it can learn this experiment's network by its loss."""
        raise NotImplementedError(type(self).__name__)

    def begin(self, run: Run, watch: Watch) -> Course:
        """Go to work on a run. `watch` wants to see steps between their backward pass and their update."""
        raise NotImplementedError(type(self).__name__)
