"""Application state and verbs: run, pause, step, reset. The one place where the window and the worker meet."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.control import Control, Question
from core.errors import VitrineError
from core.events import Answer, Diagnosis, EpochDone, Failed, Finished, Frame, Recovered, StateChanged
from core.experiment import Experiment
from core.history import RunHistory
from gui.data_source import DataSource, data_key
from gui.document import Document
from gui.focus import Focus
from gui.frames import Frames
from gui.mailbox import Mailbox
from gui.runs import change_between, continue_from
from gui.worker import Adjust, Courtesy, Prepared, Unprepared, Worker, set_threads

TICK_MS = 33
SETTLE_MS = 150  # edits that follow each other sooner make one new run


class Session(Focus):
    """States: "preparing" (data loads, weights are drawn), "blocked" (the experiment has problems), "ready",
    "running", "paused", "finished", "failed".

    An edit of the network keeps the weights of untouched layers, also while training: the run goes on with them.
    """

    state_changed = Signal(str)
    frame = Signal(object)  # core.events.Frame
    prepared = Signal(object)  # another run: its RunHistory
    ticked = Signal()  # the record may have grown
    diagnosis = Signal(object)  # core.events.Diagnosis
    recovered = Signal(object)  # core.events.Recovered: what a diagnosis said is over
    refused = Signal(object)  # core.analysis.Problem: why training can't start
    message = Signal(str, str)  # kind ("info", "warning", "error"), text
    progress = Signal(str)  # what slow thing is under way; "" when it is over
    closing = Signal()  # the window goes: whoever has a thread of its own ends it now

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.state = "blocked"
        self.history: RunHistory | None = None
        self.data: Any = None  # datasets.base.Dataset of the prepared run
        self.step = 0
        self.epoch = 0
        self.steps_per_epoch = 0
        self.batch_size = 0
        self.last_diagnosis: Diagnosis | None = None
        self.standing: dict[tuple[str, str | None], Diagnosis] = {}  # what is wrong now, by kind and layer, the latest last
        self.frames = Frames()
        self.mailbox = Mailbox()
        self.courtesy = Courtesy()
        self.blas_threads: int | None = None  # None: what is best beside a window
        self._worker: Worker | None = None
        self._prepared_for: Experiment | None = None
        self._run = 0
        self._questions: dict[int, Callable[[Any], None]] = {}
        self._question = 0
        self.source = DataSource(self)
        self._aside = False  # the run is on other data than the document names now
        self._next_adjust: Adjust | None = None
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._follow)
        document.changed.connect(self._on_changed)
        document.loaded.connect(self._on_loaded)

    # verbs
    def start(self) -> None:
        """Begin to live: prepare the document's experiment."""
        self._timer.start()
        if self._worker is None:
            self._prepare("fresh", running=False)

    def toggle(self) -> None:
        """Run, or pause."""
        self.pause() if self.state == "running" else self.run()

    def run(self) -> None:
        if self.state == "finished":
            self._extend()
        if self._can_run():
            self._control.run()

    def pause(self) -> None:
        if self._worker is not None:
            self._control.pause()

    def step_batch(self) -> None:
        self._step(Control.step_batch)

    def step_epoch(self) -> None:
        self._step(Control.step_epoch)

    def reset(self) -> None:
        """Back to step 0 with the same first weights."""
        self._prepare("fresh", running=False)

    def new_weights(self) -> None:
        """Another seed, as an undoable edit: other first weights, other order, step 0."""
        training = self.document.experiment.training
        self.document.apply(
            self.document.experiment.replace(training=training.replace(seed=random.randrange(1, 2**31 - 1))), "Draw new weights"
        )
        self._follow()

    def set_learning_rate(self, rate: float) -> None:
        optimizer = self.document.experiment.optimizer
        self.document.set_part("optimizer", optimizer.replace(learning_rate=rate), merge="learning_rate")

    def choose_threads(self, number: int | None) -> None:
        """BLAS threads by hand, from the next step on; None leaves the choice to the app."""
        self.blas_threads = number
        self.ask(lambda _trainer: set_threads(number), lambda _done: None)

    def ask(self, question: Callable[[Any], Any], answer: Callable[[Any], None]) -> bool:
        """Call `question(trainer)` in the training thread between two steps, then `answer(result)` here.

        A VitrineError raised by the question arrives as the result. False without a run to ask.
        """
        if self._worker is None or self.state in ("preparing", "failed"):
            return False

        def guarded(trainer: Any) -> Any:
            try:
                return question(trainer)
            except VitrineError as error:
                return error

        self._question += 1
        self._questions[self._question] = answer
        self._control.ask(Question(self._question, guarded))
        return True

    def restore_next(self, adjust: Adjust) -> None:
        """Bring the next prepared trainer to where `adjust` puts it (a stored run)."""
        self._next_adjust = adjust

    def cancel_preparing(self) -> None:
        if self.state == "preparing" and self._worker is not None:
            self._control.stop()
            self._run += 1
            self._prepared_for = None
            self._set_state("blocked")
            self.progress.emit("")
            self.message.emit("info", "Loading was cancelled. Change the data, or press Reset to try again.")

    def close(self, timeout: float = 10.0) -> None:
        """End the training thread; called once, when the window closes."""
        self.closing.emit()
        self._timer.stop()
        self._settle.stop()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.control.stop()
            worker.join(timeout)
        self.source.close(timeout)

    # inside
    @property
    def _control(self) -> Control:
        assert self._worker is not None
        return self._worker.control

    def _can_run(self) -> bool:
        if self._settle.isActive():
            self._settle.stop()
            self._follow()
        if self.state in ("ready", "paused", "finished"):
            return True
        if self.state == "preparing" and self._worker is not None:
            return True  # starts as soon as it stands
        problems = [p for p in self.document.analysis.problems if p.severity == "error"]
        if self.state == "blocked" and problems:
            self.refused.emit(problems[0])
        elif self.state == "blocked" and self.document.info_error:
            self.message.emit("error", self.document.info_error)
        elif self.state in ("failed", "blocked"):
            self._prepare("fresh", running=True)
        return False

    def _step(self, wish: Callable[[Control], None]) -> None:
        if self.state == "finished":
            self._extend()
        if self._can_run():
            wish(self._control)

    def _extend(self) -> None:
        """Run again after the last epoch: as many epochs more, as an undoable edit."""
        training = self.document.experiment.training
        first = getattr(self, "_first_epochs", training.epochs)
        self._first_epochs = first
        self.document.set_part("training", training.replace(epochs=self.epoch + first))
        self._settle.stop()
        self._follow()

    def _on_loaded(self) -> None:
        self._settle.stop()
        self._first_epochs = self.document.experiment.training.epochs
        self.unit = None
        self._prepare("fresh", running=False)

    def _on_changed(self) -> None:
        self._settle.start()

    def _follow(self) -> None:
        """Bring the run to the document's experiment."""
        experiment = self.document.experiment
        if not self._runnable():
            if self._worker is not None:
                self._control.pause()
            self._block()
            return
        before = self._prepared_for
        change = "fresh" if before is None or self._worker is None else change_between(before, experiment)
        if change == "none" or change == "adopt":
            self._prepared_for = experiment
            if change == "adopt":
                self._control.ask(Question(0, lambda trainer: trainer.adopt(experiment)))
                if self.state == "finished" and experiment.training.epochs > self.epoch:
                    self._set_state("paused")
            if self.state == "blocked":
                self._unblock()
            return
        self._prepare(change, running=self.state == "running" and change == "rebuild")

    def _block(self) -> None:
        """There is nothing to run; the data can be looked at all the same. A run on other data is out of sight."""
        self._set_state("blocked")
        experiment = self.document.experiment
        if self._prepared_for is not None and not self._aside and data_key(self._prepared_for) != data_key(experiment):
            self._aside = True
            self.prepared.emit(None)
        if self.document.info is not None and not (experiment.preprocessing.problems() or experiment.split.problems()):
            self.source.fetch(experiment)

    def _unblock(self) -> None:
        """The run can go on where it stood."""
        done = self.epoch >= self.document.experiment.training.epochs
        self._set_state("finished" if done else "paused" if self.step else "ready")
        if self._aside:
            self._aside = False
            self.frames.restart()
            self.prepared.emit(self.history)

    def known_data(self) -> Any:
        """The data that the document now names, or None while it is not here."""
        experiment = self.document.experiment
        if self.data is not None and self._prepared_for is not None and data_key(self._prepared_for) == data_key(experiment):
            return self.data
        return self.source.get(experiment)

    def _runnable(self) -> bool:
        return self.document.analysis.ok and self.document.info is not None

    def _prepare(self, change: str, running: bool) -> None:
        """Make another run. "rebuild" continues the present one with the weights that still fit."""
        experiment = self.document.experiment
        previous = self._worker if change == "rebuild" else None
        if self._worker is not None:
            self._worker.control.stop()
        if not self._runnable():
            self._worker, self._prepared_for, self.history, self.data = None, None, None, None
            self._run += 1
            self.progress.emit("")
            self.step = self.epoch = 0
            self._block()
            self.prepared.emit(None)
            return
        adjust, self._next_adjust = self._next_adjust, None
        if adjust is None and change == "rebuild":
            adjust = continue_from
        self._run += 1
        self.frames.restart()
        self._aside = False
        self._questions.clear()
        self._prepared_for = experiment
        self._worker = Worker(
            self._run, experiment, Control(running), self.mailbox, self.source.load, adjust, self.courtesy, previous,
            self.blas_threads,
        )
        self._set_state("preparing")
        self.progress.emit(f"Preparing {self.document.info.name}…")
        self._worker.start()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    # what comes back
    def tick(self) -> None:
        """Take what the worker left and ask for the next frame: every 33 ms."""
        self.courtesy.busy = True
        try:
            for posted in self.mailbox.take_events():
                if posted.run == self._run:
                    self._handle(posted.event)
            frame = self.mailbox.take_frame()
            if frame is not None and frame.run == self._run:
                self._show(frame.event)
            if self.state == "running" and self.history is not None:
                self.step = self.history.steps.count and int(self.history.steps.column("step")[-1])
                self.document.mark_touched()
            self.ticked.emit()
            self._ask_frame()
        finally:
            QTimer.singleShot(0, self._idle)  # after the paint events that this tick gave rise to

    def _idle(self) -> None:
        self.courtesy.busy = False

    def _handle(self, event: Any) -> None:
        if isinstance(event, Prepared):
            self._on_prepared(event)
        elif isinstance(event, Unprepared):
            self._prepared_for = None
            self.progress.emit("")
            self._set_state("blocked")
            self.message.emit("error", event.message)
        elif isinstance(event, StateChanged):
            if event.step != self.step:
                self.document.mark_touched()
            self.step, self.epoch = event.step, event.epoch
            if event.state == "running":  # what stopped it is behind it
                for found in [d for d in self.standing.values() if d.severity == "error"]:
                    self._on_recovered(Recovered(found.kind, found.node, event.step))
            if self.state not in ("finished", "blocked") or event.state == "running":
                self._set_state("ready" if event.state == "paused" and event.step == 0 else event.state)
        elif isinstance(event, EpochDone):
            self.document.mark_touched()
            self.epoch, self.step = event.epoch, event.step
        elif isinstance(event, Answer):
            callback = self._questions.pop(event.question, None)
            if callback is not None:
                callback(event.value)
        elif isinstance(event, Diagnosis):
            self.last_diagnosis = event
            self.standing.pop((event.kind, event.node), None)
            self.standing[event.kind, event.node] = event
            self.diagnosis.emit(event)
        elif isinstance(event, Recovered):
            self._on_recovered(event)
        elif isinstance(event, Finished):
            self._on_finished(event)
        elif isinstance(event, Failed):
            self._set_state("failed")
            self.message.emit("error", event.message)

    def _on_prepared(self, event: Prepared) -> None:
        self.history, self.data = event.history, event.data
        self.step, self.epoch, self.steps_per_epoch = event.step, event.epoch, event.steps_per_epoch
        self.batch_size = event.batch_size
        self.last_diagnosis = None
        self.standing.clear()
        self.progress.emit("")
        self._set_state("finished" if event.finished else "running" if self._control.running else "paused" if self.step else "ready")
        if event.drawn and event.kept:
            self.message.emit("info", f"Kept the weights of {', '.join(event.kept)}; drew new ones for {', '.join(event.drawn)}.")
        self.prepared.emit(event.history)

    def _on_recovered(self, event: Recovered) -> None:
        if self.standing.pop((event.kind, event.node), None) is not None:
            self.recovered.emit(event)

    def _on_finished(self, event: Finished) -> None:
        self.step, self.epoch = event.step, event.epoch
        if event.reason != "stopped":
            self._set_state("finished")

    def _ask_frame(self) -> None:
        if self._worker is not None and not self._aside and self.state not in ("preparing", "failed"):
            self.frames.ask(self._control, self.step, self.state == "running")

    def _show(self, frame: Frame) -> None:
        if self.frames.answered(frame, wanted=not self._aside):
            self.frame.emit(frame)
