"""What probes look at: a network, its data and a moment; and how they are answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.errors import GUEST, VitrineError, said
from vitrine.core.monitors.look import LayerNumbers
from vitrine.core.network.costs import EVALUATION_BATCH
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.events import Frame
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.trail import Way

log = logging.getLogger(__name__)

Evaluations = dict[str, tuple[int, np.ndarray]]  # by part of the data: a step, and its predictions for the whole part


class OptimizerAt(NamedTuple):
    """An optimizer at a moment: what it is, the steps it made, and its slots, flat like the parameters."""

    optimizer: Optimizer
    step: int
    slots: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Seen:
    """What the watch saw at its last look, after `step` steps (-1: it did not look yet): each layer's numbers, and for
    each layer a sample of its values `of` "gradients", "activations" or "weights" where one was asked for."""

    step: int = -1
    layers: tuple[LayerNumbers, ...] = ()
    of: str = "none"
    samples: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True, eq=False)
class View:
    """A network, its data and a moment, to be read and never written: of a run between two steps, where the arrays are
    the run's own, or of a copy (`vitrine.core.recording.moment`).

    rate: of the next step, as the schedule has it. way: that of a network with one or two parameters. hurried: training
    waits meanwhile, so predictions of an earlier step serve.
    """

    experiment: Experiment
    network: Network
    data: TrainingData
    step: int
    epoch: int
    learning_rate: float
    rate: float
    optimizer: OptimizerAt
    way: Way | None
    seen: Seen
    evaluated: Evaluations
    hurried: bool = False

    def predictions(self, split: str) -> np.ndarray:
        """Predictions for a whole part, of the last evaluation if this view is `hurried`, else of this very step."""
        known = self.evaluated.get(split)
        if known is None or (known[0] != self.step and not self.hurried):
            known = self.evaluated[split] = self.step, self.network.predict(self.data.split(split)[0], EVALUATION_BATCH)
            known[1].setflags(write=False)
        return known[1]

    def evaluation(self, split: str) -> tuple[int, np.ndarray] | None:
        """Step and predictions of the last evaluation of a whole part, or None before the first."""
        return self.evaluated.get(split)


class Asking(Protocol):
    """What can be asked of a view. `vitrine.core.probes.base.Probe` is one."""

    @property
    def interval(self) -> float:
        """Seconds that should pass between two answers while training."""

    @property
    def watches(self) -> str | None:
        """What the watch shall sample at the next step, "none" for its numbers alone; None: nothing is wanted of it."""

    @property
    def question(self) -> object:
        """What is asked, without what the asker knows already: another question is answered at once."""

    def __call__(self, view: View) -> Any: ...


class Looking:
    """Answers requests. A probe that was answered less than its interval ago waits, as long as the view is `hurried`.

    A probe is a guest: what it raises ends nothing. The frame says what went wrong (`faults`), and the same question of
    that asker is not answered again.
    """

    def __init__(self) -> None:
        self.answered: dict[str, tuple[object, float]] = {}  # by asker: the last question that was answered, and when
        self._faulty: dict[str, object] = {}  # by asker: the question that went wrong

    def frame(self, request: int, probes: Mapping[str, Asking], view: View, wish: Callable[[str], None] | None = None) -> Frame:
        """What the due probes see. `wish` is told what they want the watch to look at."""
        frame = Frame(request, view.step, view.epoch, {})
        for key, probe in probes.items():
            try:
                with np.errstate(all="ignore"):  # what is out of range is shown as such
                    self._ask(key, probe, view, wish, frame)
            except VitrineError as error:  # the network or the data can't be looked at so: no fault of the probe's
                self._give_up(key, probe)
                frame.faults[key] = str(error)
            except GUEST as error:
                log.exception("the probe %s of %s went wrong", type(probe).__name__, key)
                self._give_up(key, probe)
                frame.faults[key] = f"{type(probe).__name__} could not look at the network: {said(error)}. The log has the details."
        return frame

    def _give_up(self, key: str, probe: Asking) -> None:
        """Answer that question no more."""
        try:
            self._faulty[key] = probe.question
        except GUEST:  # that is what went wrong
            self._faulty[key] = probe

    def _ask(self, key: str, probe: Asking, view: View, wish: Callable[[str], None] | None, frame: Frame) -> None:
        question, now = probe.question, time.perf_counter()
        before, last = self.answered.get(key, (None, 0.0))
        if (view.hurried and now - last < probe.interval and question == before) or self._faulty.get(key) == question:
            return
        self.answered[key] = question, now
        if wish is not None and probe.watches is not None:
            wish(probe.watches)
        frame.answers[key] = probe(view)
        frame.questions[key] = probe
