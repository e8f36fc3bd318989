"""What a run obeys beside its optimizer: penalties, clipping, the schedule of the rate, and the rule that ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vitrine.core.errors import shown
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss
from vitrine.core.metrics.base import Metric, default_metrics
from vitrine.core.network.network import Network
from vitrine.core.progress import Progress, Record
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.schedules.losses import Losses
from vitrine.core.tasks.base import Task
from vitrine.core.training.experiment import Experiment

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]  # loss and gradient at these parameters


class Regime:
    """The rules of one run at work. The trainer asks `penalties`, `clipping.active`, `scheduled` and `asks_each_step`
    first, so that a run without rules pays nothing.
    """

    def __init__(self, experiment: Experiment, network: Network) -> None:
        self.network = network
        self.clipping = experiment.clipping
        self.schedule = experiment.schedule
        self.rule = experiment.stop_rule
        self.epochs = experiment.training.epochs
        self.scheduled = not self.schedule.constant
        self.asks_each_step = self.rule.asks_each_step
        self.penalties = _penalties(experiment, network)
        self.reason: str | None = None  # why the rule ends the run
        self._work = Workspace(network.dtype)
        self._losses: Losses | None = None
        self._rate: tuple[tuple[int, float], float] | None = None

    # at every step
    def penalize(self) -> None:
        """Add the penalties' gradients to the network's."""
        for regularizer, w, g in self.penalties:
            regularizer.add_gradient(w, g, self._work)

    def penalty(self) -> float:
        """The sum of all penalties."""
        return sum(regularizer.penalty(w, self._work) for regularizer, w, _ in self.penalties)

    def rate(self, base: float, epoch: int, batch: int, per_epoch: int, history: Record) -> float:
        """The schedule's rate for the step on batch `batch` of `per_epoch` in epoch `epoch`, all counted from 0."""
        if self.schedule.by_epoch and self._rate is not None and self._rate[0] == (epoch, base):
            return self._rate[1]
        losses = self._losses_of(history)
        rate = self.schedule.rate(base, epoch * per_epoch + batch, epoch, self.epochs * per_epoch, per_epoch, losses)
        self._rate = (epoch, base), rate
        return rate

    def _losses_of(self, history: Record) -> Losses:
        """Losses by epoch, on the validation part where there is one, else in training."""
        table = history.epochs
        if not table.count:
            return Losses(history, "train_loss")  # none yet, and not known which there will be
        if self._losses is None:
            self._losses = Losses(history, "validation_loss" if len(table.column("validation_loss", -1)) else "train_loss")
        return self._losses

    def objective(self, loss: Loss, rng: np.random.Generator, work: Workspace, x: np.ndarray, targets: np.ndarray) -> Objective:
        """Loss with penalties, and its gradient, as a function of the flat parameters: what a full-batch optimizer searches.

        Noise drawn from `rng` (dropout) is the same at every point, else there would be nothing to search.
        """
        network, stream = self.network, rng.bit_generator
        noise: Any = stream.state

        def evaluate(w: np.ndarray) -> tuple[float, np.ndarray]:
            stream.state = noise
            network.params[...] = w
            with np.errstate(over="ignore", invalid="ignore"):  # a search may look far out
                value, grad = loss.value_and_grad(network.forward(x, training=True), targets, work)
                assert grad is not None
                network.backward(grad)
                value += network.penalty()
                if self.penalties:
                    self.penalize()
                    value += self.penalty()
            return value, network.grads.astype(np.float64)

        return evaluate

    # the end
    def ask(self, progress: Progress) -> bool:
        """Whether the stop rule ends the run here; `reason` then says why."""
        reason = self.rule.reason(progress)
        if not isinstance(reason, str | None):
            raise TypeError(f"{self.rule.title}: its reason must be text or None, not {shown(reason)}")
        self.reason = reason
        return reason is not None


def _penalties(experiment: Experiment, network: Network) -> list[tuple[Regularizer, np.ndarray, np.ndarray]]:
    """Regularizer, weights and gradient, flat, for every array of weights that has one: its layer's and the experiment's."""
    found = []
    for key, param in network.specs.items():
        if param.is_weight:
            layer = network.graph[key.split("/", 1)[0]].layer
            for regularizer in (getattr(layer, "regularizer", None), experiment.regularizer):
                if regularizer is not None and regularizer.active:
                    found.append((regularizer, network.params[network.slices[key]], network.grads[network.slices[key]]))
    return found


def recorded_metrics(experiment: Experiment, task: Task) -> list[Metric]:
    """What every epoch measures on the validation part: the task's own metrics, or all, and those of the stop rule."""
    found = {m.column: m for m in default_metrics(task, every=experiment.training.metrics == "all")}
    found |= {m.column: m for m in experiment.stop_rule.metrics if task.fits(m.takes)}
    return list(found.values())
