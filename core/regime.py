"""What a run obeys beside its optimizer: penalties, clipping, the schedule of the rate, and the rule that ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from core.metrics.base import Metric, default_metrics
from core.network import Network
from core.regularizers.base import Regularizer
from core.spec import Spec, hp
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.experiment import Experiment
    from core.trainer import Trainer

Arrays = dict[str, np.ndarray]


class Clipping(Spec):
    """g <- min(max(g, -value), value); then g <- g min(1, norm / |g|), over all parameters. Pascanu and others, 2013."""

    value: float | None = hp(
        None, "Every single derivative is cut to this size; empty: not at all",
        kind="float", optional=True, minimum=0.0, exclusive=True, label="By value", scale="log",
    )  # fmt: skip
    norm: float | None = hp(
        None, "The whole gradient is shortened to this length, its direction kept; empty: not at all",
        kind="float", optional=True, minimum=0.0, exclusive=True, label="By norm", scale="log",
    )  # fmt: skip

    @property
    def active(self) -> bool:
        return self.value is not None or self.norm is not None

    def clip(self, grads: np.ndarray) -> None:
        """Clip a flat gradient in place."""
        if self.value is not None:
            np.clip(grads, -self.value, self.value, out=grads)
        if self.norm is not None:
            length = gradient_norm(grads)
            if length > self.norm:
                grads *= self.norm / length


def gradient_norm(grads: np.ndarray) -> float:
    """The length of a flat gradient, also where its square leaves the range of float32."""
    with np.errstate(over="ignore"):
        square = float(np.dot(grads, grads))
    if np.isfinite(square) and square > 0:
        return square**0.5
    return float(np.linalg.norm(grads.astype(np.float64)))


class Regime:
    """The rules of one run at work. The trainer asks `penalties`, `clipping.active`, `scheduled` and `asks_each_step`
    first, so that a run without rules pays nothing.

    best: the weights of the epoch with the lowest validation loss, where the stop rule wants them back.
    """

    def __init__(self, experiment: Experiment, network: Network, before: Regime | None = None) -> None:
        self.network = network
        self.clipping = experiment.clipping
        self.schedule = experiment.schedule
        self.rule = experiment.stop_rule
        self.scheduled = type(self.schedule).__name__ != "Constant"
        self.asks_each_step = self.rule.asks_each_step
        self.penalties = _penalties(experiment, network)
        self.reason: str | None = None  # why the rule ends the run
        self.best: Arrays | None = before.best if before is not None else None
        self.best_epoch: int = before.best_epoch if before is not None else 0
        self.best_loss: float = before.best_loss if before is not None else float("inf")
        self._work = Workspace(network.dtype)
        self._losses: tuple[int, list[float]] = (-1, [])
        self._rate: tuple[tuple[int, float], float] | None = None

    # at every step
    def penalize(self) -> None:
        """Add the penalties' gradients to the network's."""
        for regularizer, w, g in self.penalties:
            regularizer.add_gradient(w, g, self._work)

    def penalty(self) -> float:
        """The sum of all penalties."""
        return sum(regularizer.penalty(w, self._work) for regularizer, w, _ in self.penalties)

    def rate(self, trainer: Trainer) -> float:
        """The schedule's rate for the step that the trainer is about to take."""
        base, epoch = trainer.learning_rate, trainer.epoch
        if self.schedule.by_epoch and self._rate is not None and self._rate[0] == (epoch, base):
            return self._rate[1]
        table, per_epoch = trainer.history.epochs, trainer.steps_per_epoch
        if self._losses[0] != table.count:
            column = table.column("validation_loss" if "validation_loss" in table.columns else "train_loss")
            self._losses = table.count, column.tolist()
        step = epoch * per_epoch + trainer.position // trainer.batch_size
        rate = self.schedule.rate(base, step, epoch, trainer.experiment.training.epochs * per_epoch, per_epoch, self._losses[1])
        self._rate = (epoch, base), rate
        return rate

    # the end
    def ask(self, trainer: Trainer) -> bool:
        """Whether the stop rule ends the run here; `reason` then says why."""
        self.reason = self.rule.reason(trainer)
        return self.reason is not None

    def note_epoch(self, epoch: int, values: dict[str, float]) -> None:
        """Keep the weights where they are the best so far and wanted."""
        loss = values.get("validation_loss", np.inf)
        if self.rule.restores_best and loss < self.best_loss:
            self.best, self.best_epoch, self.best_loss = self.network.arrays(), epoch, loss

    def bring_back(self, epoch: int) -> str | None:
        """Put the best weights into the network, if they are wanted and others than those after `epoch`; what was done."""
        if self.best is None or not self.rule.restores_best or self.best_epoch == epoch:
            return None
        self.network.load_arrays(self.best)
        return f"weights of epoch {self.best_epoch} brought back"

    # keeping
    def state(self) -> tuple[Arrays, list[float]]:
        """The best weights, under names of their own, and their epoch and loss: what a checkpoint holds."""
        if self.best is None:
            return {}, []
        return {f"best/{name}": array.copy() for name, array in self.best.items()}, [self.best_epoch, self.best_loss]

    def restore(self, arrays: Arrays, best: list[float] | None) -> None:
        """Take over what `state` gave, if it fits the network."""
        wanted = {**self.network.views, **self.network.state}
        found = {name: arrays[f"best/{name}"] for name in wanted if f"best/{name}" in arrays}
        if best and len(best) == 2 and all(name in found and found[name].shape == array.shape for name, array in wanted.items()):
            self.best = {name: array.copy() for name, array in found.items()}
            self.best_epoch, self.best_loss = int(best[0]), float(best[1])


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


def recorded_metrics(experiment: Experiment, task: str) -> list[Metric]:
    """What every epoch measures on the validation part: the task's own metrics, or all, and those of the stop rule."""
    found = {m.key: m for m in default_metrics(task, every=experiment.training.metrics == "all")}
    found |= {m.key: m for m in experiment.stop_rule.metrics if m.task == task}
    return list(found.values())


def objective(trainer: Trainer, x: np.ndarray, targets: np.ndarray) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Loss with penalties, and its gradient, as a function of the flat parameters: what a full-batch optimizer searches.

    Dropout and other noise is the same at every point, else there would be nothing to search.
    """
    network, loss, stream = trainer.network, trainer.experiment.loss, trainer.generators["dropout"].bit_generator
    noise: Any = stream.state

    def evaluate(w: np.ndarray) -> tuple[float, np.ndarray]:
        stream.state = noise
        network.params[...] = w
        with np.errstate(over="ignore", invalid="ignore"):  # a search may look far out
            value, grad = loss.value_and_grad(network.forward(x, training=True), targets, trainer.loss_work)
            assert grad is not None
            network.backward(grad)
            value += network.penalty()
            if trainer.regime.penalties:
                trainer.regime.penalize()
                value += trainer.regime.penalty()
        return value, network.grads.astype(np.float64)

    return evaluate
