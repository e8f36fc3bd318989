"""Drives a run with its learner, as a generator of events; the window, the command line and the tests drive this same loop."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Generator, Iterator, Mapping
from contextvars import copy_context
from typing import Any

import numpy as np

from vitrine.core.contributions import reason
from vitrine.core.data import TrainingData
from vitrine.core.errors import GUEST, TrainingError, VitrineError, said
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import OptimizerState
from vitrine.core.spec import Registry
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.control import Control, Question
from vitrine.core.training.evaluation import evaluate
from vitrine.core.training.events import Answer, Diagnosis, Dropped, EpochDone, Event, Failed, Finished, Frame, StateChanged, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.parts.trail import Trail
from vitrine.core.training.regime import Regime
from vitrine.core.training.run import Run
from vitrine.core.training.view import Asking, Evaluations, Looking, OptimizerAt, View
from vitrine.core.training.watch import Watch

log = logging.getLogger(__name__)


class Trainer:
    """Drives one run of an experiment on its data. `run()` yields events until the epochs are over or it is stopped.

    Pause, step, stop and live changes come through `control` and take effect between stretches of learning. Raises
    TrainingError at construction where the experiment has problems. What is trained is `subject`; what is read of it
    here is its own.
    """

    def __init__(self, experiment: Experiment, data: TrainingData, control: Control | None = None) -> None:
        self.subject = Run(experiment, data)
        self.control = control if control is not None else Control()
        self.watch = Watch(self.subject)
        learner = next(kind() for kind in Registry.of("learner") if kind().fits(experiment))
        self.course = learner.begin(self.subject, self.watch)
        self._evaluated: Evaluations = {}
        self.looking = Looking()
        self._announced = ""  # the state that the last StateChanged told
        self._news: list[Dropped] = []

    # the run, to be read
    @property
    def experiment(self) -> Experiment:
        """What it is a run of, with the changes adopted since."""
        return self.subject.experiment

    @property
    def data(self) -> TrainingData:
        """The data, read-only."""
        return self.subject.data

    @property
    def network(self) -> Network:
        """The network; only the thread that trains may touch it."""
        return self.subject.network

    @property
    def optimizer(self) -> OptimizerState:
        """The optimizer at work, with its slots."""
        return self.subject.optimizer

    @property
    def regime(self) -> Regime:
        """Penalties, clipping, schedule and stop rule at work."""
        return self.subject.regime

    @property
    def history(self) -> RunHistory:
        """The record, which any thread may read."""
        return self.subject.history

    @property
    def trail(self) -> Trail | None:
        """The way so far of a network with one or two parameters."""
        return self.subject.trail

    @property
    def x(self) -> np.ndarray:
        """Inputs of the whole training part."""
        return self.subject.x

    @property
    def targets(self) -> np.ndarray:
        """Targets of the whole training part, as the loss takes them."""
        return self.subject.targets

    @property
    def step(self) -> int:
        """Steps made."""
        return self.subject.step

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return self.subject.epoch

    @property
    def position(self) -> int:
        """Examples of the current epoch already learnt."""
        return self.subject.position

    @property
    def seconds(self) -> float:
        """Spent training, without pauses and evaluation."""
        return self.subject.seconds

    @property
    def learning_rate(self) -> float:
        """The rate that the schedule goes out from."""
        return self.subject.learning_rate

    @property
    def rate(self) -> float:
        """The learning rate of the next step, as the schedule has it."""
        return self.subject.rate

    @property
    def finished(self) -> bool:
        """Whether the end was reached once."""
        return self.subject.finished

    @property
    def batch_size(self) -> int:
        """Examples a step."""
        return self.subject.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch."""
        return self.subject.steps_per_epoch

    # the loop
    def run(self, hold: bool = False) -> Iterator[Event]:
        """Events until the end. What can't be foreseen ends as `Failed`, never as an exception in the consumer.

        hold: after the last epoch, and after a failure, stay there, paused, and answer until stopped (the window looks
        on, and may save).

        Numbers out of range are told by events. NumPy's warnings of them are off in here, in whatever thread that is: between two
        events the consumer's own `np.errstate` holds.
        """
        inside = copy_context()
        inside.run(np.seterr, all="ignore")
        events, enter = self._live(hold), inside.run
        try:
            while (event := enter(next, events, None)) is not None:
                yield event
        finally:
            inside.run(events.close)

    def _live(self, hold: bool) -> Generator[Event, None, None]:
        while True:
            try:
                yield from self._run(hold)
                return
            except GUEST as error:  # a layer's or a loss's own code is a guest
                if isinstance(error, VitrineError):
                    why = str(error)
                else:
                    log.exception("training broke at step %d", self.step)
                    why = reason(error)
                yield Failed(f"training broke at step {self.step}: {why}", traceback.format_exc(), self.step)
            if not hold:
                return
            self._announced = "paused"  # it failed: that is what was told
            self.control.pause()
            if (yield from self._wishes()):
                return

    def _run(self, hold: bool) -> Generator[Event, None, None]:
        run = self.subject
        yield from self._answers()  # other settings, more epochs say, may have been asked for before it began
        while True:
            self.regime.reason = None
            while run.epoch < run.experiment.training.epochs:
                if (yield from self._wishes()) or (yield from self._epoch()):
                    return
                regime = self.regime  # an answer may have brought another
                if regime.reason is not None and not run.epoch_over:
                    break  # in the middle of an epoch
                values = run.end_epoch(self.evaluate("validation"))
                yield EpochDone(run.epoch, run.step, values)
                yield from self._take_news()
                self.watch.after_epoch(run)
                yield from self.watch.take_news()
                if regime.reason is not None or regime.ask(run):
                    break
                self.control.made_epoch()
            yield self._finish()
            if not hold:
                return
            self.control.pause()
            if (yield from self._wishes()):
                return

    def _finish(self) -> Finished:
        run = self.subject
        run.finished = True
        reason = self.regime.reason or "epochs"
        done = run.bring_back()
        if done:
            self._evaluated.clear()  # these were the predictions of other weights
            reason = f"{reason}; {done}"
        return Finished(reason, run.step, run.epoch, self._last_values())

    def _epoch(self) -> Generator[Event, None, bool]:
        """The rest of the current epoch; True when the run was stopped."""
        run, control, watch, course, clock = self.subject, self.control, self.watch, self.course, time.perf_counter
        course.resume()
        started = clock() - run.seconds
        while True:
            if control.pending:
                if (yield from self._wishes()):
                    return True
                started = clock() - run.seconds
            outcome = course.advance(control.steps_left or 1)
            if isinstance(outcome, Diagnosis):
                yield outcome
                control.pause()
                if (yield from self._wishes()):
                    return True
                started = clock() - run.seconds
                continue
            if not outcome:
                return False
            run.record(outcome, clock() - started)
            looked = watch.looking
            if looked:
                watch.after_update(run)
            step = run.step - len(outcome)
            for row in outcome:
                step += 1
                yield StepDone(step, run.epoch, row.loss)
            if looked:
                yield from watch.take_news()
            if run.regime.asks_each_step and run.regime.ask(run):
                return False
            if control.steps_left is not None:
                control.made_steps(len(outcome))

    def _wishes(self) -> Generator[Event, None, bool]:
        """Carry out what was wished for; while paused, wait here. True when the run shall stop."""
        control, run = self.control, self.subject
        while control.pending or not control.running:
            control.pending = False
            rate = control.take_learning_rate()
            if rate is not None:
                run.set_rate(rate)
            yield from self._answers()
            if control.stopped:
                yield Finished("stopped", run.step, run.epoch, self._last_values())
                return True
            if not control.running:
                if self._announced != "paused":
                    self._announced = "paused"
                    yield StateChanged("paused", run.step, run.epoch)
                control.wait()
        if self._announced != "running":
            self._announced = "running"
            yield StateChanged("running", run.step, run.epoch)
        return False

    def _answers(self) -> Generator[Event, None, None]:
        """Answer what was asked: every question, also where the answer is an error, and the latest request for a frame."""
        for question in self.control.take_questions():
            yield Answer(question.id, self._answer(question), self.step, self.epoch)
        request = self.control.take_request()
        if request is not None:
            yield self.frame(request.id, request.probes)
        yield from self._take_news()

    def _take_news(self) -> list[Dropped]:
        news, self._news = self._news, []
        return news

    def _answer(self, question: Question) -> Any:
        try:
            return question.ask(self)
        except VitrineError as error:
            return error
        except GUEST as error:  # one faulty question ends nothing
            log.exception("a question to the run went wrong")
            message = f"The run could not answer: {said(error)}. The log has the details."
            if not question.id:  # nobody waits for the answer
                self._news.append(Dropped("question", "", message, traceback.format_exc(), self.step))
            return TrainingError(message)

    def adopt(self, experiment: Experiment) -> None:
        """Go on under other settings that need no other network; see `Run.adopt`."""
        self.subject.adopt(experiment)

    # keeping
    def checkpoint(self) -> Checkpoint:
        """All that the run carries on from here; see `vitrine.core.training.checkpoint`."""
        return self.subject.capture()

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on exactly where `checkpoint` was taken. Raises FileError where it belongs to another experiment or data."""
        self.subject.restore(checkpoint)
        self._evaluated.clear()
        self.course.resume()

    # looking
    @property
    def view(self) -> View:
        """This moment, for probes; valid until the next step."""
        run = self.subject
        return View(
            run.experiment, run.network, run.data, run.step, run.epoch, run.learning_rate, run.rate,
            OptimizerAt(run.optimizer.optimizer, run.optimizer.step, run.optimizer.slots),
            run.trail.way() if run.trail is not None else None, self.watch.seen, self._evaluated, hurried=self.control.running,
        )  # fmt: skip

    def frame(self, request: int, probes: Mapping[str, Asking]) -> Frame:
        """Answer probes now, save those that are not due yet; see `vitrine.core.training.view`."""
        return self.looking.frame(request, probes, self.view, self.watch.ask)

    def predictions(self, split: str) -> np.ndarray:
        """Predictions for a whole split, of the last evaluation while it runs, else of this very step."""
        return self.view.predictions(split)

    def evaluation(self, split: str) -> tuple[int, np.ndarray] | None:
        """Step and predictions of the last evaluation of a whole split, or None before the first."""
        return self._evaluated.get(split)

    def evaluate(self, split: str) -> dict[str, float]:
        """`{split}_loss` and the metrics of a split; empty for an empty split."""
        found = evaluate(self.subject, split, self._news)
        if found is None:
            return {}
        values, predictions = found
        self._evaluated[split] = (self.step, predictions)
        return values

    def _last_values(self) -> dict[str, float]:
        table = self.history.epochs
        return {name: table.last(name) for name in table.names()} if table.count else {}
