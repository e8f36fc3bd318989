"""What a monitor looks at: one step of a run, with the numbers of every layer, and how the loss has gone so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.data import TrainingData
from vitrine.core.losses.base import Loss
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.progress import Record

FEWEST_VALUES = 16_000  # of one layer's output that are read at a look, if it has as many
VALUE_COST = 2_000  # multiply-adds of a step for every further value that is read
NARROWEST, WIDEST = 20, 100  # steps of a `Trend`'s windows


class Settings(Protocol):
    """What monitors may read of the experiment."""

    @property
    def loss(self) -> Loss: ...
    @property
    def optimizer(self) -> Optimizer: ...


class Watched(Protocol):
    """What monitors may read of the run that is looked at. `x`, `targets`: the whole training part."""

    @property
    def experiment(self) -> Settings: ...
    @property
    def data(self) -> TrainingData: ...
    @property
    def network(self) -> Network: ...
    @property
    def history(self) -> Record: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def x(self) -> np.ndarray: ...
    @property
    def targets(self) -> np.ndarray: ...


class LayerNumbers(NamedTuple):
    """One layer with weights at one step: root mean squares over its weights (biases left out) and its output. gradient: of the
    loss, before clipping; share: |gradient| of |gradient + penalty's|, at most 1, which is what of the update is the loss's, about."""

    node: str
    gradient: float
    gradient_norm: float
    weights: float
    update: float
    activations: float = math.nan  # only where a view asked for the look
    share: float = 1.0

    @property
    def ratio(self) -> float:
        """Size of the update against that of the weights; about 0.001 is usual. NaN for weights that are all zero."""
        return self.update / self.weights if self.weights > 0 else math.nan


class Trend(NamedTuple):
    """Mean loss over the last `width` steps, the `width` before, and the last 20; `first`: of the first step, or of guessing if that
    is less; `best`: the least `recent` of the earlier looks since the run was last changed by hand."""

    recent: float
    before: float
    latest: float
    first: float
    best: float
    width: int

    @property
    def learning(self) -> bool:
        """Whether the loss has come down to half of where it began: then odd gradients do no harm."""
        return self.latest < 0.5 * self.first


@dataclass
class Look:
    """One step, seen between its backward pass and the next forward pass. Arrays are the run's own: read only.

    outputs: before the link. norm2: of the whole gradient vector, squared; peak2: the largest since the look before.
    since: the step at which the run was last changed by hand (its rate, its layers), or 0. best: see `Trend`.
    """

    trainer: Watched
    step: int
    x: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    loss: float
    norm2: float
    peak2: float
    since: int
    best: float
    guess: float | None  # the loss of the best answer that ignores the input
    layers: list[LayerNumbers] = field(default_factory=list)  # empty at a glance
    activations: dict[str, Activation] = field(default_factory=dict)  # what makes each node's values, as they stand in the buffers

    def output(self, node: str) -> np.ndarray:
        """The node's output in the last forward pass for the first of the batch's examples, as a view.

        Where it ran joined with pooling or dropout, theirs: enough to tell what is dead or saturated.
        """
        network = self.trainer.network
        found = network.passed_on(node)
        most = max(FEWEST_VALUES, network.analysis.total_multiply_adds * len(self.x) // VALUE_COST)
        return found if found.size <= most else found[: max(1, most * len(found) // found.size)]

    @property
    def norm(self) -> float:
        """Of the whole gradient vector."""
        return math.sqrt(self.norm2)

    @property
    def first(self) -> float:
        """Loss of the first step, or of guessing if that is less; of guessing alone where the run began under another loss or network."""
        history = self.trainer.history
        start = history.start.steps
        if start and self.guess:
            return self.guess  # weights that were trained before may begin with a loss that is low already
        losses = history.steps.column("loss", start, start + 1)
        first = float(losses[0]) if len(losses) else self.loss
        return min(first, self.guess or first)

    def losses(self, count: int) -> np.ndarray | None:
        """The losses of the last `count` steps; None where the run has not been as it is for so long."""
        if self.step - self.since < count:
            return None
        steps = self.trainer.history.steps
        return steps.column("loss", steps.count - count) if steps.count >= count else None

    @cached_property
    def trend(self) -> Trend | None:
        """None before enough steps were made since the run was last changed. The windows grow with their number."""
        width = min(max(NARROWEST, (self.step - self.since) // 4), WIDEST)
        losses = self.losses(2 * width)
        if losses is None:
            return None
        recent, before = (float(np.add.reduce(part)) / width for part in (losses[width:], losses[:width]))
        latest = recent if width == NARROWEST else float(np.add.reduce(losses[-NARROWEST:])) / NARROWEST
        return Trend(recent, before, latest, self.first, self.best, width)

    @property
    def rate(self) -> float:
        """The learning rate of this step, as its schedule had it."""
        return self.trainer.history.steps.last("learning_rate")
