"""Looks at a run now and then, keeps what it saw of each layer, and has the monitors say what is wrong."""

from __future__ import annotations

import logging
import math
import traceback
from typing import Any, Protocol

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.errors import GUEST, said, shown
from vitrine.core.monitors.base import Finding, Monitor
from vitrine.core.monitors.gauge import Gauge
from vitrine.core.monitors.guess import guess_level
from vitrine.core.monitors.look import FEWEST_VALUES, VALUE_COST, LayerNumbers, Look, Watched
from vitrine.core.network.network import Network
from vitrine.core.training.events import Diagnosis, Dropped, Recovered
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.standing import Standing
from vitrine.core.training.view import Seen

log = logging.getLogger(__name__)

SHARE = 0.007  # of the time of training that looks may take; the first ones of a run, some 40, come on top
SHORTEST, LONGEST = 10, 90  # steps between two regular looks
FIRST_LOOK = 10
EARLY = ((100, FIRST_LOOK), (300, 25))  # so many steps after a beginning or a change, looks are no further apart than this
SPARE = 24  # looks beside the regular ones that may be made at once; a fourth of one comes back with every regular look
FIRST = 20  # looks after a beginning or a change that are all whole ones
RISE = 1.05  # of the loss, between two windows of steps, that asks for a whole look
OFTEN = 50  # epochs are looked at one by one up to twice so many, later after every such part of them
LATE_STEPS, LATE_EPOCHS = 100, 3  # but no further apart than the more of these
SAMPLE = 8_000  # values of one layer that a histogram is made of


class Running(Watched, Protocol):
    """The run that is watched."""

    @property
    def experiment(self) -> Experiment: ...
    @property
    def step(self) -> int: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def steps_per_epoch(self) -> int: ...


class Watch:
    """The monitors of one run, when they look, and what they said. Costs under one percent of the training.

    Regular looks are `interval` steps apart. Most are glances, for the monitors that need no numbers by layer. Whole looks are the
    first ones, those after something was suspected or after the loss of a network that does not learn rose, and one every `whole` steps.
    The trainer calls `before_update` and `after_update` at steps where `due <= step` or `asked` is set;
    `news` then holds the events to yield. `seen` is what the last look saw that a view asked for: probes read it, and `ask` for the
    next. When it looks depends on the run alone, never on the clock.
    """

    def __init__(self, trainer: Running) -> None:
        self.monitors: list[Monitor] = [kind() for kind in Monitor.registry]
        self.interval, self.whole = look_intervals(trainer)
        self.due = trainer.step + min(self.interval, FIRST_LOOK) - 1
        self.asked = False  # look at the next step, whenever that is
        self.sampled = "none"  # what to take a sample of at the looks: "gradients", "activations" or "weights"
        self.samples: tuple[str, list[np.ndarray]] = ("none", [])
        self.layers: list[LayerNumbers] = []
        self.step = -1  # of the last look that `layers` holds
        self.peak2 = 0.0
        self._standing = Standing()
        self._gauge = Gauge(trainer.network)
        self._activations = _activations(trainer.network)
        self._whole_due = self._looks = 0
        self._epoch_due = 0  # epochs after which the monitors that look at epochs are asked next
        self._regular = self.due  # when the next look is due, whatever is suspected
        self._spare = float(SPARE)
        self._since = 0  # the step at which the run was last changed by hand
        self._best = math.inf
        self._guess: float | None = None
        self._guessed = False
        self._memory: dict[str, dict[str, Any]] = {type(m).__name__: {} for m in self.monitors}
        self._look: Look | None = None
        self._regular_look = self._whole = False

    @property
    def news(self) -> list[Diagnosis | Recovered | Dropped]:
        """What was found or mended since `take_news`."""
        return self._standing.news

    def take_news(self) -> list[Diagnosis | Recovered | Dropped]:
        """The news, which are none then."""
        return self._standing.take_news()

    def ask(self, sample: str) -> None:
        """Look at the next step, and take a sample of "gradients", "activations" or "weights" unless it is "none"."""
        self.asked, self.sampled = True, sample

    @property
    def seen(self) -> Seen:
        """What the last look saw; samples are copies."""
        of, samples = self.samples
        for sample in samples:
            sample.setflags(write=False)
        return Seen(self.step, tuple(self.layers), of, tuple(samples))

    @property
    def looking(self) -> bool:
        """Whether `before_update` saw the step that is under way."""
        return self._look is not None

    # a look
    def before_update(self, trainer: Running, x: np.ndarray, targets: np.ndarray, outputs: np.ndarray, loss: float, norm2: float) -> None:
        """After the backward pass, while the gradients are still those of the loss."""
        if not self._guessed:
            self._guess, self._guessed = guess_level(trainer, trainer.batch_size), True
        self._regular_look = regular = trainer.step >= self.due
        marks = trainer.history.marks
        since = marks[-1][0] if marks else 0
        if since != self._since:
            self._since, self._best, self._looks = since, math.inf, 0
        look = Look(trainer, trainer.step + 1, x, targets, outputs, loss, norm2, max(norm2, self.peak2), since, self._best, self._guess)
        look.activations = self._activations
        self._whole = whole = regular and self._wants_whole(look)
        if regular:
            self.peak2 = 0.0
        if whole or self.asked:
            self._gauge.before_update()
        if self.asked and self.sampled != "none":
            self.samples = self.sampled, [self._sample(look, node) for node in self._gauge.weights]
        self._look = look

    def after_penalties(self) -> None:
        """Where any were added to the gradients, between `before_update` and the step."""
        if self._look is not None and (self._whole or self.asked):
            self._gauge.after_penalties()

    def _wants_whole(self, look: Look) -> bool:
        """Whether the monitors that ask for more may have something to find: hardly where the loss is far below the first."""
        if self._looks < FIRST or look.step > self._whole_due or self._standing.again is not None:
            return True
        half = 0.5 * look.first
        if look.loss < 0.9 * half:
            self._best = min(self._best, half)
            return False
        trend = look.trend
        return trend is None or (not trend.learning and trend.recent > RISE * trend.before)

    def after_update(self, trainer: Running) -> None:
        """After the step; fills `news`."""
        look, self._look = self._look, None
        if look is None:
            return
        layers = self._gauge.after_update() if self._whole or self.asked else []
        if self.asked:
            self.asked = False
            self.layers, self.step = [_with_activations(look, layer) for layer in layers], look.step
        if not self._regular_look:
            return  # asked by a view: the monitors look at steps that depend on the run alone
        if self._whole:
            look.layers = layers
        if trainer.experiment.training.diagnose:
            self._judge(look)
        self._plan(look)

    def after_epoch(self, trainer: Running) -> None:
        """After the record got the epoch's row; fills `news`."""
        count = trainer.history.epochs.count
        if count < self._epoch_due or not trainer.experiment.training.diagnose:
            return
        furthest = max(LATE_EPOCHS, LATE_STEPS // max(1, trainer.steps_per_epoch))
        self._epoch_due = count + min(furthest, max(1, (count - trainer.history.start.epochs) // OFTEN))
        if any(monitor.by_epoch for monitor in self.monitors):
            none, loss = np.empty(0), trainer.history.steps.last("loss")
            look = Look(trainer, trainer.step, none, none, none, loss, math.nan, math.nan, self._since, self._best, self._guess)
            self._ask(look, [monitor for monitor in self.monitors if monitor.by_epoch])

    def _ask(self, look: Look, monitors: list[Monitor]) -> None:
        for monitor in monitors:
            try:
                found = _checked(monitor.find(look, self._memory[type(monitor).__name__]))
            except GUEST as error:  # one faulty monitor ends nothing
                self._drop(monitor, error, look.step)
                continue
            self._standing.follow(monitor, found, look.step)

    def _judge(self, look: Look) -> None:
        self._standing.again = None
        self._ask(look, [monitor for monitor in self.monitors if not monitor.by_epoch and (self._whole or monitor.glances)])
        if self._whole and look.trend is not None:
            self._best = min(self._best, look.trend.recent)

    def _drop(self, monitor: Monitor, error: BaseException, step: int) -> None:
        """Look on without it."""
        log.exception("the monitor %s went wrong", type(monitor).__name__)
        self.monitors.remove(monitor)
        message = f"{monitor.title} is no longer looked for: {said(error)}. The training goes on; the log has the details."
        self._standing.news.append(Dropped("monitor", type(monitor).__name__, message, traceback.format_exc(), step))

    def _plan(self, look: Look) -> None:
        """When to look next: regularly; earlier, as long as there are looks to spare, after a change or where something is suspected."""
        step = look.step - 1
        if self._whole:
            self._looks += 1
            self._whole_due = step + self.whole
        if step >= self._regular:
            self._regular = step + self.interval
            self._spare = min(self._spare + 0.25, SPARE)
        due = self._regular
        if self._spare >= 1:
            early = [step + gap for after, gap in EARLY if look.step - look.since < after]
            again = self._standing.again
            due = min([due, *early, *([] if again is None else [again - 1])])
            if due < self._regular:
                self._spare -= 1
        self.due = due

    def _sample(self, look: Look, node: str) -> np.ndarray:
        """Some thousand of the layer's values, from all over it, as a copy."""
        network = look.trainer.network
        if self.sampled == "activations":
            parts = [look.output(node)]
        else:
            views = network.grad_views if self.sampled == "gradients" else network.views
            parts = [views[key] for key in self._gauge.weights[node]]
        stride = -(-sum(part.size for part in parts) // SAMPLE)
        while any(math.gcd(stride, part.shape[-1]) > 1 for part in parts) and stride > 1:
            stride += 1  # or only some of the units would be seen
        return np.concatenate([part.reshape(-1)[::stride] for part in parts])


def _with_activations(look: Look, layer: LayerNumbers) -> LayerNumbers:
    values = look.output(layer.node).reshape(-1)
    return layer._replace(activations=math.sqrt(float(values.dot(values)) / max(1, values.size)))


def _activations(network: Network) -> dict[str, Activation]:
    """The function that makes each node's values as they stand in the buffers: none where the loss took it off."""
    found = {step.id: step.layer.output_activation for step in network.steps}
    return {node: activation for node, activation in found.items() if isinstance(activation, Activation)}


def look_intervals(trainer: Running) -> tuple[int, int]:
    """Steps between two looks and between two whole ones, from estimates of what they and a step cost; each may take half of the share.

    The same for every run of an experiment.
    """
    analysis, network = trainer.network.analysis, trainer.network
    layers, size = len(network.steps), network.params.size
    work = analysis.total_multiply_adds * trainer.batch_size
    step = 15e-6 + 12e-6 * layers + work * 3 / 25e9 + size * 1e-9
    most = max(FEWEST_VALUES, work // VALUE_COST)
    values = sum(min(most, trainer.batch_size * math.prod(shape)) for shape in analysis.shapes.values())
    glance = 15e-6 + 8e-6 * layers + values * 1e-9
    whole = glance + 90e-6 + 10e-6 * layers + size * 2e-9
    often, seldom = (math.ceil(cost / (SHARE / 2 * step)) for cost in (1.25 * glance, whole))
    return min(max(often, SHORTEST), LONGEST), min(max(seldom, SHORTEST), 20 * LONGEST)


def _checked(found: object) -> list[Finding]:
    """What a monitor found. Raises TypeError where it is not what others can follow and show."""
    kept: list[Finding] = []
    for one in found if isinstance(found, (list, tuple)) else [found]:
        if not isinstance(one, Finding) or not all(isinstance(text, str) for text in (one.message, one.remedy, one.key, one.node or "")):
            raise TypeError(f"find must give a list of findings in words, not {shown(found)}")
        kept.append(one)
    return kept
