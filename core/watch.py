"""Looks at a run now and then, keeps what it saw of each layer, and has the monitors say what is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.activations.base import Activation
from core.events import Diagnosis, Recovered
from core.guess import guess_level
from core.monitors.base import Finding, Monitor

if TYPE_CHECKING:
    from core.trainer import Trainer

FIRST_LOOK = 8  # steps; the next ones come at twice the step each, until they are `interval` apart
SHARE = 0.007  # of the time of training that looks may take
SHORTEST, LONGEST = 10, 2000  # steps between two looks
MOST_VALUES = 60_000  # of one layer's output that are read at a look
SAMPLE = 8_000  # values of one layer that a histogram is made of


@dataclass(frozen=True)
class LayerNumbers:
    """One layer with weights at one step: root mean squares over its weights (biases left out) and its output."""

    node: str
    gradient: float
    gradient_norm: float
    weights: float
    activations: float
    update: float = 0.0

    @property
    def ratio(self) -> float:
        """Size of the update against that of the weights; about 0.001 is usual. NaN for weights that are all zero."""
        return self.update / self.weights if self.weights > 0 else math.nan


class Trend(NamedTuple):
    """Mean loss over the last `width` steps and the `width` before; `first`: of the first step, or of guessing if that is
    less; `best`: the least `recent` of the earlier looks."""

    recent: float
    before: float
    first: float
    best: float
    width: int

    @property
    def learning(self) -> bool:
        """Whether the loss has come down to half of where it began: then odd gradients do no harm."""
        return self.recent < 0.5 * self.first


@dataclass
class Look:
    """One step, seen between its backward pass and the next forward pass. Arrays are the run's own: read only.

    outputs: before the link. norm: of the whole gradient vector; peak: the largest norm since the look before.
    """

    trainer: Trainer
    step: int
    x: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    loss: float
    norm: float
    peak: float
    width: int
    best: float
    guess: float | None  # the loss of the best answer that ignores the input
    layers: list[LayerNumbers] = field(default_factory=list)

    def output(self, node: str) -> np.ndarray:
        """The node's output for some examples of the batch."""
        return self.trainer.watch.output(self, node)

    @cached_property
    def trend(self) -> Trend | None:
        """None before enough steps were made."""
        losses = self.trainer.history.steps.column("loss")
        if len(losses) < 2 * self.width:
            return None
        recent, before = losses[-self.width :], losses[-2 * self.width : -self.width]
        first = float(losses[0])
        return Trend(float(recent.mean()), float(before.mean()), min(first, self.guess or first), self.best, self.width)

    @property
    def rate(self) -> float:
        """The learning rate of this step, as its schedule had it."""
        return float(self.trainer.history.steps.column("learning_rate")[-1])

    def activation(self, node: str) -> Activation | None:
        """The function that makes the node's output as it stands in the buffers: none where the loss took it off."""
        layer = next(step.layer for step in self.trainer.network.steps if step.id == node)
        found = layer.output_activation
        return found if isinstance(found, Activation) else None


@dataclass
class _Condition:
    """One diagnosis of one layer: how often in a row it was seen or not, and whether it stands."""

    seen: int = 0
    absent: int = 0
    told: int = 0
    stands: bool = False


class Watch:
    """The monitors of one run, when they look, and what they said. Costs under one percent of the training.

    The trainer calls `before_update` and `after_update` at steps where `due <= step` or `asked` is set;
    `news` then holds the events to yield. `layers` is what the last look saw: a probe reads it, and sets `asked` for more.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.monitors: list[Monitor] = [kind() for kind in Monitor.registry]
        self.interval = look_interval(trainer)
        self.due = trainer.step + FIRST_LOOK
        self.asked = False  # look at the next step, whenever that is
        self.sampled = "none"  # what to take a sample of at the looks: "gradients", "activations" or "weights"
        self.samples: tuple[str, list[np.ndarray]] = ("none", [])
        self.news: list[Diagnosis | Recovered] = []
        self.layers: list[LayerNumbers] = []
        self.step = -1  # of the last look
        self.peak2 = 0.0
        self._started = trainer.step
        self._gap = FIRST_LOOK
        self._best = math.inf
        self._guess: float | None = None
        self._memory: dict[str, dict[str, Any]] = {type(m).__name__: {} for m in self.monitors}
        self._conditions: dict[tuple[str, str | None], _Condition] = {}
        self._look: Look | None = None
        self._before: np.ndarray | None = None
        self._weights: dict[str, list[str]] = {}
        for key, param in trainer.network.specs.items():
            if param.is_weight:
                self._weights.setdefault(key.split("/", 1)[0], []).append(key)

    # a look
    def before_update(self, trainer: Trainer, x: np.ndarray, targets: np.ndarray, outputs: np.ndarray, loss: float, norm2: float) -> None:
        """After the backward pass, while the gradients are still those of the loss."""
        if self._guess is None and self.step < 0:
            self._guess = guess_level(trainer)
        network = trainer.network
        peak = math.sqrt(max(norm2, self.peak2))
        self.peak2 = 0.0
        width = min(max(self.interval, 20), max(20, (trainer.step - self._started) // 4), 500)  # of the windows of steps
        look = Look(trainer, trainer.step + 1, x, targets, outputs, loss, math.sqrt(norm2), peak, width, self._best, self._guess)
        for node, keys in self._weights.items():
            size = sum(network.specs[key].size for key in keys)
            gradient = sum(_square(network.grad_views[key]) for key in keys)
            weights = sum(_square(network.views[key]) for key in keys)
            output = self.output(look, node)
            look.layers.append(
                LayerNumbers(
                    node, math.sqrt(gradient / size), math.sqrt(gradient), math.sqrt(weights / size),
                    math.sqrt(_square(output) / max(1, output.size)),
                )
            )  # fmt: skip
        if self.asked and self.sampled != "none":
            self.samples = self.sampled, [self._sample(look, node) for node in self._weights]
        if self._before is None:
            self._before = np.empty_like(network.params)
        np.copyto(self._before, network.params)
        self._look = look

    def after_update(self, trainer: Trainer) -> None:
        """After the step; fills `news`."""
        look, self._look = self._look, None
        if look is None or self._before is None:
            return
        network = trainer.network
        change = np.subtract(network.params, self._before, out=self._before)
        for i, layer in enumerate(look.layers):
            keys = self._weights[layer.node]
            size = sum(network.specs[key].size for key in keys)
            look.layers[i] = replace(layer, update=math.sqrt(sum(_square(change[network.slices[key]]) for key in keys) / size))
        self.layers, self.step = look.layers, look.step
        self.asked = False
        if trainer.step < self.due:
            return  # asked by a view: the monitors count their looks at regular steps
        self._gap = min(2 * self._gap, self.interval) if self._gap < self.interval else self.interval
        self.due = look.step - 1 + self._gap
        if trainer.experiment.training.diagnose:
            self._judge(look)

    def output(self, look: Look, node: str) -> np.ndarray:
        """The node's output in the last forward pass for the first of the batch's examples, as a view.

        Where it ran joined with pooling or dropout, theirs: enough to tell what is dead or saturated.
        """
        found = look.trainer.network.passed_on(node)
        rows = max(1, min(len(found), MOST_VALUES * len(found) // max(1, found.size)))
        return found[:rows]

    def _sample(self, look: Look, node: str) -> np.ndarray:
        """Some thousand of the layer's values, from all over it, as a copy."""
        network = look.trainer.network
        if self.sampled == "activations":
            parts = [self.output(look, node)]
        else:
            views = network.grad_views if self.sampled == "gradients" else network.views
            parts = [views[key] for key in self._weights[node]]
        stride = -(-sum(part.size for part in parts) // SAMPLE)
        while any(math.gcd(stride, part.shape[-1]) > 1 for part in parts) and stride > 1:
            stride += 1  # or only some of the units would be seen
        return np.concatenate([part.reshape(-1)[::stride] for part in parts])

    # words
    def _judge(self, look: Look) -> None:
        for monitor in self.monitors:
            kind = type(monitor).__name__
            found = {f.node: f for f in monitor.find(look, self._memory[kind])}
            known = {node for name, node in self._conditions if name == kind}
            for node in sorted(known | set(found), key=str):
                condition = self._conditions.setdefault((kind, node), _Condition())
                self._follow(monitor, condition, found.get(node), node, look.step)
        if look.trend is not None:
            self._best = min(self._best, look.trend.recent)

    def _follow(self, monitor: Monitor, condition: _Condition, found: Finding | None, node: str | None, step: int) -> None:
        kind = type(monitor).__name__
        if found is None:
            condition.seen, condition.absent = 0, condition.absent + 1
            # what comes and goes is believed to be over later each time, so that it is not said over and over
            if condition.stands and condition.absent >= monitor.gone * 2 ** (condition.told - 1):
                condition.stands = False
                self.news.append(Recovered(kind, node, step))
            return
        condition.seen, condition.absent = condition.seen + 1, 0
        if condition.stands or condition.seen < monitor.looks or self._stands(monitor.explained_by):
            return
        condition.stands, condition.told = True, condition.told + 1
        self.news.append(Diagnosis(kind, f"{found.message}, at step {step:,}.", found.remedy, node, step))

    def _stands(self, kinds: tuple[str, ...]) -> bool:
        return any(c.stands for (kind, _), c in self._conditions.items() if kind in kinds)

    def take_news(self) -> list[Diagnosis | Recovered]:
        news, self.news = self.news, []
        return news


def _square(values: np.ndarray) -> float:
    flat = values.reshape(-1)
    with np.errstate(over="ignore"):
        return float(np.dot(flat, flat))


def look_interval(trainer: Trainer) -> int:
    """Steps between two looks, from estimates of what a step and a look cost: the same for every run of an experiment."""
    analysis, network = trainer.network.analysis, trainer.network
    layers, size = len(network.steps), network.params.size
    step = 15e-6 + 12e-6 * layers + analysis.total_multiply_adds * trainer.batch_size * 3 / 25e9 + size * 1e-9
    values = sum(min(MOST_VALUES, trainer.batch_size * math.prod(shape)) for shape in analysis.shapes.values())
    look = 250e-6 + 25e-6 * layers + size * 2e-9 + values * 1e-9
    return int(min(max(math.ceil(look / (SHARE * step)), SHORTEST), LONGEST))
