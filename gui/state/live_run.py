"""One run in the window: its thread, its controls, its mailbox, and what is known of it here."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from vitrine.core.errors import TrainingError, VitrineError
from vitrine.core.probes.base import Probe
from vitrine.core.training.continuing import change_between
from vitrine.core.training.control import Control, Question
from vitrine.core.training.events import Answer, Diagnosis, Dropped, EpochDone, Failed, Finished, Recovered, StateChanged
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.trained import Trained, came_through, capture_trained, is_moment_of
from vitrine.datasets.base import Dataset
from vitrine.gui.state.courtesy import Courtesy
from vitrine.gui.state.looking.frames import Frames
from vitrine.gui.state.mailbox import Mailbox
from vitrine.gui.state.worker import Ended, Prepared, Unprepared, Worker, answer_to, set_threads

LIVE = ("ready", "running", "paused", "finished", "failed")  # there is a trainer that can be asked
Answered = Callable[[Any], object]
Known = Callable[[Trained | None, VitrineError | None], object]


@dataclass
class Surroundings:
    """What all runs of a window share."""

    load: Callable[[Experiment], Dataset]
    sources: dict[str, Callable[[], Probe[Any] | None]] = field(default_factory=dict)
    courtesy: Courtesy = field(default_factory=Courtesy)
    blas_threads: int | None = None  # None: what is best beside a window


class LiveRun(QObject):
    """States: "blocked" (not begun, or it could not be prepared), "preparing" (data loads, weights are drawn), "ready",
    "running", "paused", "finished", "failed".

    origin: what it goes on from, a trained state or another run, which may still be ending. `trained` is the last that
    is known of its weights without asking. A question that was put is answered, whatever becomes of the run.
    """

    state_changed = Signal(str)
    frame = Signal(object)  # core.training.events.Frame
    prepared = Signal(object)  # its RunHistory, or None when there is nothing to show
    ticked = Signal()  # the record may have grown
    diagnosis = Signal(object)  # core.training.events.Diagnosis
    recovered = Signal(object)  # core.training.events.Recovered: what a diagnosis said is over
    message = Signal(str, str)  # kind ("info", "warning", "error"), text

    def __init__(
        self, experiment: Experiment, around: Surroundings, origin: Trained | LiveRun | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.around = around
        self.origin = origin
        self.state = "blocked"
        self.history: RunHistory | None = None
        self.data: Dataset | None = None
        self.step = self.epoch = self.steps_per_epoch = self.examples_per_epoch = 0
        self.first_step = 0  # where it began, or is to begin
        self.wished = False  # it was told to train
        self.failure = ""  # why it could not be prepared, or what broke it
        self.outcome = ""  # why it ended before its epochs were over, and what was done then
        self.note = ""  # what to say once it stands, if it stands at a step
        self.aside = False  # it is on other data than the document names now
        self.standing: dict[tuple[str, str | None], Diagnosis] = {}  # what is wrong now, by kind and layer, the latest last
        self.frames = Frames(around.sources, around.courtesy.give_way)
        self.mailbox = Mailbox()
        self.control = Control(running=False)
        self.worker: Worker | None = None
        self._captured: Trained | None = None  # when it was last asked
        self._final: Trained | None = None
        self._questions: dict[int, Answered] = {}
        self._question = 0
        self._at_end: list[Callable[[], object]] = []
        self.ended: Callable[[LiveRun], object] = lambda _run: None  # told that its thread is over and all was answered
        if origin is not None and change_between(origin.experiment, experiment) != "fresh":
            self.step, self.epoch, self.first_step = origin.step, origin.epoch, origin.step

    def resemble(self, run: LiveRun) -> None:
        """Show what the run shows that this one is to continue, until it stands itself."""
        self.history, self.data = run.history, run.data
        self.steps_per_epoch, self.examples_per_epoch = run.steps_per_epoch, run.examples_per_epoch

    # life
    def start(self, running: bool = False) -> None:
        """Prepare it in a thread of its own; `running`: and train at once."""
        origin = (self.origin.worker or self.origin.trained) if isinstance(self.origin, LiveRun) else self.origin
        self.control.running = self.wished = running
        around = self.around
        self.worker = Worker(self.experiment, self.control, self.mailbox, around.load, origin, around.courtesy, around.blas_threads)
        self._set_state("preparing")
        self.worker.start()

    def stop(self) -> None:
        """End it; what was asked is answered first, and `trained` is what it came to once it has ended."""
        self.control.stop()
        self.frames.stop()

    def join(self, until: float) -> None:
        """Wait for its threads, up to that moment of the monotonic clock, and take what they left."""
        self.frames.join(max(0.0, until - time.monotonic()))
        if self.worker is not None:
            self.worker.join(max(0.0, until - time.monotonic()))
            self.take_events()

    @property
    def alive(self) -> bool:
        return self.worker is not None

    @property
    def trained(self) -> Trained | None:
        """The last that is known of its weights without asking: None before the first step."""
        if self._final is not None or self._captured is not None:
            return self._final or self._captured
        return self.origin.trained if isinstance(self.origin, LiveRun) else self.origin

    @property
    def touched(self) -> bool:
        """It has learnt something since it began, or is about to."""
        return self.state != "preparing" and (self.wished or self.step != self.first_step)

    @property
    def worth_keeping(self) -> bool:
        """There are trained weights, its own or those that it began with."""
        origin = self.origin
        return self.touched or self.trained is not None or (isinstance(origin, LiveRun) and origin.worth_keeping)

    @property
    def base(self) -> Trained | LiveRun | None:
        """What another run that continues this one had best go on from: this one, or where it began, if it learnt nothing."""
        return self if self.touched else self.origin

    def came_through(self, kept: Trained | LiveRun) -> bool:
        """Whether this run has, or had and went on from, the weights that were kept; before it learnt anything it has those that
        it is to begin with, also where some of its layers were drawn anew."""
        begun = self.trained
        trained = kept.trained if isinstance(kept, LiveRun) else kept
        if not self.touched or self.history is None:
            return kept is self.origin or (begun is not None and trained is not None and is_moment_of(trained, begun))
        return trained is not None and came_through(trained, self.experiment, self.history)

    # verbs
    def wish(self, wish: Callable[[Control], None]) -> None:
        """Tell it to train: `Control.run`, `Control.step_batch`, `Control.step_epoch`."""
        self.wished = True
        wish(self.control)

    def adopt(self, experiment: Experiment) -> None:
        """Go on under other settings that need no other network; also while it is prepared. What keeps it from that is said."""

        def adopted(result: Any) -> None:
            if isinstance(result, VitrineError) and self.worker is not None:
                self.message.emit("error", f"The run goes on under the settings from before. {result}")

        self.experiment = experiment
        self._put(lambda trainer: trainer.adopt(experiment), adopted)
        if self.state == "finished" and experiment.training.epochs > self.epoch:
            self._set_state("paused")

    def ask(self, question: Callable[[Any], Any], answer: Answered) -> bool:
        """Call `question(trainer)` in the training thread between two steps, then `answer(result)` here.

        A VitrineError raised by the question arrives as the result. False without a trainer to ask.
        """
        if self.worker is None or self.state not in LIVE:
            return False
        self._put(question, answer)
        return True

    def _put(self, question: Callable[[Any], Any], answer: Answered) -> None:
        self._question += 1
        self._questions[self._question] = answer
        self.control.ask(Question(self._question, partial(answer_to, question)))

    def ask_trained(self, answer: Known) -> None:
        """`answer` gets the weights with all that belongs to them: those of this moment if the run lives, else the last
        known, None if nothing was ever trained; and the error for which they are not the newest, if there is one."""

        def answered(result: Any) -> None:
            if isinstance(result, VitrineError) and self.worker is not None:
                answer(self.trained, result)
            else:  # a run that has ended left its newest behind
                self._captured = result if isinstance(result, Trained) else self._captured
                answer(result if isinstance(result, Trained) else self.trained, None)

        source = self.origin
        if isinstance(source, Trained) and not self.touched:  # an edit may have drawn layers anew: what it was made from has all
            answer(source, None)
            return
        if self.ask(capture_trained, answered):
            return
        if isinstance(source, LiveRun) and source.alive:
            source.when_ended(lambda: answer(source.trained, None))
        else:
            answer(self.trained, None)

    def when_ended(self, call: Callable[[], object]) -> None:
        """Call that once its thread is over."""
        if self.worker is None:
            call()
        else:
            self._at_end.append(call)

    def choose_threads(self, number: int | None) -> None:
        """BLAS threads from the next step on."""
        self._put(lambda _trainer: set_threads(number), lambda _done: None)  # also while it is prepared

    def set_aside(self, aside: bool) -> None:
        """Out of sight: the document names other data now. Back again: views begin anew."""
        if aside != self.aside:
            self.aside = aside
            self.frames.forget()
            self.prepared.emit(None if aside else self.history)

    # what comes back
    def tick(self, look: bool = True) -> None:
        """Take what the worker left; `look`: views want frames, ask for the next one."""
        self.take_events()
        for frame in self.frames.arrived(self.mailbox.take_frame(), wanted=look and not self.aside):
            for fault in frame.faults.values():
                self.message.emit("warning", fault)
            self.frame.emit(frame)
        self.ticked.emit()
        if look and self.worker is not None and not self.aside and self.state in LIVE[:-1]:
            self.frames.ask(self.control, self.step, self.state == "running")

    def take_events(self) -> None:
        """All that its thread has left so far; and which step it is at."""
        for event in self.mailbox.take_events():
            self.handle(event)
        if self.state == "running" and self.history is not None:
            self.step = int(self.history.steps.last("step", 0))

    def handle(self, event: Any) -> None:
        """Take note of one event of the training thread."""
        if isinstance(event, Prepared):
            self._on_prepared(event)
        elif isinstance(event, Unprepared):
            self.failure = event.message or ""
            self._set_state("blocked")
            if event.message is not None:
                self.message.emit("error", event.message)
        elif isinstance(event, StateChanged):
            self._on_state(event)
        elif isinstance(event, EpochDone):
            self.epoch, self.step = event.epoch, event.step
        elif isinstance(event, Answer):
            callback = self._questions.pop(event.question, None)
            if callback is not None:
                callback(event.value)
        elif isinstance(event, Diagnosis):
            self.standing.pop((event.kind, event.node), None)
            self.standing[event.kind, event.node] = event
            self.diagnosis.emit(event)
        elif isinstance(event, Recovered):
            self._on_recovered(event)
        elif isinstance(event, Finished):
            self.step, self.epoch = event.step, event.epoch
            if event.reason != "stopped":
                self.outcome = "" if event.reason == "epochs" else event.reason.removeprefix("epochs; ")
                self._set_state("finished")
        elif isinstance(event, Dropped):
            self.message.emit("warning", event.message)
        elif isinstance(event, Failed):
            self.failure, self.step = event.message, event.step
            self._set_state("failed")
            self.message.emit("error", event.message)
        elif isinstance(event, Ended):
            self._on_ended(event)

    def _on_prepared(self, event: Prepared) -> None:
        if isinstance(self.origin, LiveRun):
            self.origin.take_events()  # it has ended, or this one would not stand
            self.origin = self.origin.trained
        self.history, self.data = event.history, event.data
        self.first_step = event.step
        self.frames.begin(event.analysis, event.data)
        self.step, self.epoch, self.steps_per_epoch = event.step, event.epoch, event.steps_per_epoch
        self.examples_per_epoch = event.examples_per_epoch
        finished = event.epoch >= self.experiment.training.epochs  # of those wanted by now
        self._set_state("finished" if finished else "running" if self.control.running else "paused" if self.step else "ready")
        if event.drawn and event.kept:
            self.message.emit("info", f"Kept the weights of {', '.join(event.kept)}; drew new ones for {', '.join(event.drawn)}.")
        elif self.note and event.step:
            self.message.emit("info", self.note.format(step=event.step))
        self.prepared.emit(event.history)

    def _on_state(self, event: StateChanged) -> None:
        self.step, self.epoch = event.step, event.epoch
        if event.state == "running":  # what stopped it is behind it
            self.failure = self.outcome = ""
            for found in [d for d in self.standing.values() if d.severity == "error"]:
                self._on_recovered(Recovered(found.kind, found.node, event.step))
        if self.state != "finished" or event.state == "running":
            self._set_state("ready" if event.state == "paused" and event.step == 0 else event.state)

    def _on_recovered(self, event: Recovered) -> None:
        if self.standing.pop((event.kind, event.node), None) is not None:
            self.recovered.emit(event)

    def _on_ended(self, event: Ended) -> None:
        if isinstance(self.origin, LiveRun):
            self.origin.take_events()  # it ended before
        self._final = event.trained if event.trained is not None else self.trained
        self.origin, self.worker = self._final, None
        waiting, self._questions = list(self._questions.values()), {}
        waiting_for_end, self._at_end = self._at_end, []
        with ExitStack() as last_first:  # all are told, whatever one of them makes of it
            last_first.callback(self.ended, self)
            for call in reversed(waiting_for_end):
                last_first.callback(call)
            for callback in reversed(waiting):
                last_first.callback(callback, TrainingError("The run ended before it could answer."))

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
