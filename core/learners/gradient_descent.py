"""Back-propagation and the optimizer's rule, batch by batch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from vitrine.core.kernels.matmul import dot
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.learners.base import Course, Learner
from vitrine.core.learners.batches import Batch, batches
from vitrine.core.learners.not_finite import find_not_finite, overflow
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.run import Row, Run
from vitrine.core.training.watch import Watch

RISKY_STEP = 1e10  # a step of this size may leave the range of float32
NO_CLASSES = -1


class GradientDescent(Learner):
    """w <- w - step(dL/dw), L the mean loss over a batch, dL/dw by back-propagation, the step by the experiment's optimizer.

    Rumelhart, Hinton and Williams, 1986.
    """

    title: ClassVar[str] = "gradient descent"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Changes every weight a little against the slope of the loss, batch by batch."
    formula: ClassVar[str] = "w ← w - step(∂L/∂w)"

    def fits(self, experiment: Experiment) -> bool:
        return True

    def begin(self, run: Run, watch: Watch) -> Course:
        return Descent(run, watch)


class Descent:
    """Gradient descent on one run, a step a stretch."""

    def __init__(self, run: Run, watch: Watch) -> None:
        self.run, self.watch = run, watch
        self.work = Workspace(run.network.dtype)
        self._kept: np.ndarray | None = None  # the weights before the last risky step
        self._batches: Iterator[Batch] = iter(())

    def resume(self) -> None:
        """Take the present epoch's batches from where the run stands."""
        self._batches = batches(self.run)

    def advance(self, budget: int) -> Sequence[Row] | Diagnosis:
        """The next step of the epoch; nothing when it is over."""
        for x, targets in self._batches:
            return self.learn(x, targets)
        return ()

    def learn(self, x: np.ndarray, targets: np.ndarray) -> tuple[Row] | Diagnosis:
        """One step on a batch; a Diagnosis instead where numbers left the finite range (weights stay finite)."""
        run, network, regime = self.run, self.run.network, self.run.regime
        if run.trail is not None:
            run.trail.add(run.step)
        outputs = network.forward(x, training=True)
        loss, grad = run.experiment.loss.value_and_grad(outputs, targets, self.work)
        assert grad is not None
        if not math.isfinite(loss):
            return self._not_finite(x, "forward")
        correct = run.experiment.loss.correct(outputs, targets) if run.classes else NO_CLASSES
        network.backward(grad)
        norm2 = dot(network.grads, network.grads)
        if not self._finite(norm2):
            return self._not_finite(x, "backward")
        watch = self.watch
        if norm2 > watch.peak2:
            watch.peak2 = norm2
        if watch.asked or run.step >= watch.due:
            watch.before_update(run, x, targets, outputs, loss, norm2)
        if regime.penalties:  # after the look: a penalty would pass for a gradient that reaches the layer
            regime.penalize()
            watch.after_penalties()
            norm2 = dot(network.grads, network.grads)
            if not self._finite(norm2):
                return self._not_finite(x, "backward")
        rate = run.rate
        risky = rate * max(1.0, norm2**0.5) > RISKY_STEP
        self._kept = network.params.copy() if risky else None
        self._update(x, targets, rate)
        if risky and not np.all(np.isfinite(network.params)):
            broken = network.params.copy()
            self._go_back(x)
            return overflow(run, broken)
        return (Row(loss, correct, len(x), rate),)

    def _finite(self, norm2: float) -> bool:
        """Whether all derivatives are: their squares may leave the range where they do not."""
        return math.isfinite(norm2) or bool(np.all(np.isfinite(self.run.network.grads)))

    def _update(self, x: np.ndarray, targets: np.ndarray, rate: float) -> None:
        run, network, regime = self.run, self.run.network, self.run.regime
        if regime.clipping.active:
            regime.clipping.clip(network.grads)
        if run.optimizer.optimizer.full_batch:
            objective = regime.objective(run.experiment.loss, run.generators["dropout"], self.work, x, targets)
            run.optimizer.minimize(network.params, objective, rate)
        else:
            run.optimizer.apply(network.params, network.grads, rate)

    def _not_finite(self, x: np.ndarray, direction: str) -> Diagnosis:
        diagnosis = find_not_finite(self.run, x, direction)
        self._go_back(x)
        return diagnosis

    def _go_back(self, x: np.ndarray) -> None:
        """To the last weights that can be trained on, past this batch; whatever else left the finite range starts anew."""
        run = self.run
        if self._kept is not None:
            run.network.params[...] = self._kept
            self._kept = None
        if not all(np.isfinite(slot).all() for slot in run.optimizer.slots.values()):
            run.clear_slots()
        for name, array in run.network.state.items():
            if not np.isfinite(array).all():
                array[...] = run.first_state[name]
        run.position += len(x)
