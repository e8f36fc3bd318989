"""Application state and verbs: run, pause, step, reset. The one place where the document and its runs meet."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from vitrine.core.training.continuing import change_between
from vitrine.core.training.control import Control
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.trained import Trained
from vitrine.datasets.base import Dataset
from vitrine.gui.state.archive import Entry, Kept
from vitrine.gui.state.data_source import DataSource, data_key
from vitrine.gui.state.document import Document
from vitrine.gui.state.focus import Focus
from vitrine.gui.state.learnt import Learnt
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.runs import Runs
from vitrine.gui.state.under_way import UnderWay

TICK_MS = 33
SETTLE_MS = 150  # edits that follow each other sooner make one new run


class Session(QObject):
    """The document, its runs, and what all that look at them share. State: "blocked" while the document can't be trained, else that of the current run.

    An edit of the network keeps the weights of untouched layers, also while training: the run goes on with them. Undo
    brings back the run as it stood. Nothing trained is dropped but by the user's knowing act, and Reset and New weights
    can be undone.
    """

    state_changed = Signal(str)
    message = Signal(str, str)  # kind ("info", "warning", "error"), text; also what the runs say
    refused = Signal(object)  # core.network.analysis.Problem: why training can't start
    closing = Signal()  # the window goes: whoever has a thread of its own ends it now

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.focus = Focus(self)
        self.source = DataSource(self)
        self.runs = Runs(document.experiment, self.source.load, document.courtesy, self)
        self.state = "blocked"
        self.under_way = UnderWay(self)
        self._blocked = False
        self._opened: Trained | None = None  # what the next document was stored with
        self.learnt = Learnt(document, self.runs)
        self._first_epochs = document.experiment.training.epochs
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._follow)
        self.runs.state_changed.connect(self._show_state)
        self.runs.message.connect(self.message)
        document.examples_of = self._training_examples
        self.source.loaded.connect(document.recheck)
        self._followed: list[tuple[SignalInstance, Callable[..., object]]] = [
            (document.changed, self._on_changed),
            (document.undo_stack.indexChanged, self._on_changed),  # also by a Reset, which changes no setting
            (document.pushing, self._before_edit),
            (document.pushed, self._on_pushed),
            (document.loaded, self._on_loaded),
        ]
        for signal, slot in self._followed:
            signal.connect(slot)

    # verbs
    def start(self) -> None:
        """Begin to live: prepare the document's experiment."""
        self._timer.start()
        if not self.runs.current.alive:
            self._prepare(self.runs.current.base)

    def toggle(self) -> None:
        """Run, or pause."""
        self.pause() if self.state == "running" else self.run()

    def run(self) -> None:
        self._wish(Control.run)

    def pause(self) -> None:
        self.runs.current.control.pause()

    def step_batch(self) -> None:
        self._wish(Control.step_batch)

    def step_epoch(self) -> None:
        self._wish(Control.step_epoch)

    def reset(self) -> None:
        """Back to step 0 with the same first weights; undo brings the run back as it stood."""
        if not self._can_begin():
            return
        if self.runs.current.worth_keeping:
            run = self._run_to_leave()
            self.document.restart()
            self._follow()
            self._say_what_undo_brings("from the same first weights", run)
        else:
            self._prepare(None)

    def new_weights(self) -> None:
        """Another seed, as an undoable edit: other first weights, other order, step 0; undo brings the run back as it stood."""
        if not self._can_begin():
            return
        run = self._run_to_leave() if self.runs.current.worth_keeping else ""
        seed = random.randrange(1, 2**31 - 1)
        self.document.apply(self.document.experiment.with_seed(seed), "Draw new weights", anew=True)
        self._follow()
        if run:
            self._say_what_undo_brings("from other first weights", run)

    def bring_back(self, entry: Entry) -> None:
        """Take up a run that an edit had cut off from redo, with its experiment; undo leads back to the present one."""
        self.catch_up()
        if entry not in self.runs.archive.left:
            self.message.emit("warning", "That run is no longer there to be brought back.")
            return
        self.document.jump(entry.kept.experiment, f"Bring back the run of step {entry.step:,}")
        self.runs.archive.bring_back(entry, self.document.undo_stack.index())
        self._follow()

    def prepare_again(self) -> None:
        """The data may be there by now, or others: make the run anew, with the weights that are known."""
        self.catch_up()
        self._prepare(self.runs.current.base)

    def set_learning_rate(self, rate: float) -> None:
        optimizer = self.document.experiment.optimizer
        self.document.set_part("optimizer", optimizer.replace(learning_rate=rate), merge="learning_rate")

    def choose_threads(self, number: int | None) -> None:
        """Threads by hand, from the next step on; None leaves the choice to the app."""
        self.runs.around.blas_threads = number
        self.runs.current.choose_threads(number)

    def ask(self, question: Callable[[Any], Any], answer: Callable[[Any], object]) -> bool:
        """Put a question to the current run: see `LiveRun.ask`. False without a run to ask."""
        return self.runs.current.ask(question, answer)

    def open_with(self, trained: Trained | None) -> None:
        """The document that is loaded next was stored with this."""
        self._opened = trained

    def cancel_preparing(self) -> None:
        if self.state == "preparing":
            self.runs.show_run(LiveRun(self.document.experiment, self.runs.around, self.runs.current.base, self))
            self.message.emit("info", "Loading was cancelled. Change the data, or press Space to try again.")

    def known_data(self, experiment: Experiment | None = None) -> Dataset | None:
        """The data that the experiment, the document's unless another is given, names, or None while they are not here."""
        experiment = experiment or self.document.experiment
        if self.runs.data is not None and data_key(self.runs.current.experiment) == data_key(experiment):
            return self.runs.data
        return self.source.get(experiment)

    def _training_examples(self, experiment: Experiment) -> int | None:
        data = self.known_data(experiment)
        return None if data is None else int(data.counts()["train"])

    def stop(self) -> None:
        """Tell the threads to end; called once, when the window closes. Nobody waits here: see `join`."""
        self.closing.emit()
        while self._followed:  # the undo stack speaks once more when it is destroyed, perhaps after this
            signal, slot = self._followed.pop()
            signal.disconnect(slot)
        self._timer.stop()
        self._settle.stop()
        self.runs.stop()
        self.source.stop()

    def join(self, timeout: float) -> bool:
        """Wait for the training threads; False if one has not ended within so many seconds."""
        return self.runs.join(time.monotonic() + timeout)

    def close(self, timeout: float = 10.0) -> None:
        """Stop and wait."""
        self.stop()
        self.join(timeout)
        self.source.join(timeout)

    # may it be done
    def _wish(self, wish: Callable[[Control], None]) -> None:
        self.catch_up()  # an undo of a moment ago may have brought back a finished run
        training = self.document.experiment.training
        if self.state == "finished" or (self.state == "preparing" and 0 < training.epochs <= self.runs.epoch):
            self._extend()
        if self._can_run():
            self.document.seal()
            self.runs.current.wish(wish)

    def _can_run(self) -> bool:
        if self.state in ("ready", "paused", "finished", "preparing"):  # one that is being prepared starts once it stands
            return True
        if self._can_begin() and self.state in ("failed", "blocked"):
            self._prepare(self.runs.current.base, running=True)
        return False

    def _can_begin(self) -> bool:
        """Whether the document can be trained at all; what is in the way is said."""
        self.catch_up()
        self.runs.take_events()
        if self.document.info is None:
            self.document.reanalyze()  # the data may be there by now
        problems = self.document.analysis.errors
        if problems:
            self.refused.emit(problems[0])
        elif self.document.info_error:
            self.message.emit("error", self.document.info_error)
        return self._runnable()

    def _runnable(self) -> bool:
        return self.document.analysis.ok and self.document.info is not None

    def _extend(self) -> None:
        """Run again after the last epoch: as many epochs more, as an undoable edit."""
        training = self.document.experiment.training
        self.document.set_part("training", training.replace(epochs=self.runs.epoch + self._first_epochs))
        self._follow()

    # following the document
    def _on_loaded(self) -> None:
        self._first_epochs = self.document.experiment.training.epochs
        self.focus.unit = None
        self.runs.archive.clear()
        self.runs.place = 0
        opened, self._opened = self._opened, None
        self._prepare(opened)

    def _on_changed(self, _index: int = 0) -> None:
        self._settle.start()

    def catch_up(self) -> None:
        """What was edited a moment ago counts: the current run becomes the one that the document now stands for."""
        if self._settle.isActive():
            self._follow()

    def _before_edit(self) -> None:
        """Undo that was not followed yet is followed before an edit cuts off what could be redone."""
        if self.document.undo_stack.index() < self.runs.place:
            self.catch_up()

    def _on_pushed(self, place: int, cut: bool) -> None:
        self.runs.archive.pushed(place, cut, self.runs.current)

    def _follow(self) -> None:
        """Bring the run to where the document is: go on with it, go on from it, or take up the one that stood here."""
        self._settle.stop()
        with self.document.courtesy.deed():
            self._take_along()

    def _take_along(self) -> None:
        self.runs.take_events()
        run, place, experiment = self.runs.current, self.document.undo_stack.index(), self.document.experiment
        if not self._runnable():
            run.control.pause()
            self._block()
            return
        change = "fresh" if not run.alive else change_between(run.experiment, experiment)
        archive = self.runs.archive
        another = place != self.runs.place and (archive.cut_between(self.runs.place, place) or archive.has_another(place, run))
        if change in ("none", "adopt") and not another:
            if change == "adopt":
                run.adopt(experiment)
            archive.move(self.runs.place, place, run)
            self.runs.place = place
            self._unblock()
            return
        origin = self.runs.origin(place, experiment)
        note = self.runs.note(origin, place)
        if place != self.runs.place:
            archive.leave(self.runs.place, run)
            archive.arrive(place, origin, run, experiment)
        self.runs.place = place
        self._prepare(origin, self.state == "running" and change == "rebuild", note)

    def _block(self) -> None:
        """There is nothing to run; the data can be looked at all the same. A run on other data is out of sight."""
        self._blocked = True
        self._show_state()
        experiment = self.document.experiment
        if self.runs.current.history is not None and data_key(self.runs.current.experiment) != data_key(experiment):
            self.runs.current.set_aside(True)
        if self.document.info is not None and not (experiment.preprocessing.problems() or experiment.split.problems()):
            self.source.fetch(experiment)

    def _unblock(self) -> None:
        """The run can go on where it stood."""
        self._blocked = False
        self._show_state()
        self.runs.current.set_aside(False)

    def _prepare(self, origin: Kept | None, running: bool = False, note: str = "") -> None:
        """Make another run, which goes on from `origin` as far as its weights fit; None: at step 0."""
        before = self.runs.current
        run = LiveRun(self.document.experiment, self.runs.around, origin, self)
        run.note = note
        if origin is before and data_key(before.experiment) == data_key(run.experiment):
            run.resemble(before)
        before.stop()
        self._blocked = not self._runnable()
        if not self._blocked:
            run.start(running)
        self.runs.show_run(run)
        if self._blocked:
            self._block()
            run.prepared.emit(None)

    # what the document and the window are told
    def tick(self) -> None:
        """Take what the runs left; and the document learns whether there is something new to save."""
        self.runs.tick()
        self.learnt.mark()

    def look_at_progress(self) -> None:
        """What was learnt since the last tick counts: before it is decided whether something would be lost."""
        self.runs.take_events()
        self.learnt.mark()

    def _show_state(self, _state: str = "") -> None:
        if self.runs.current.state == "running":
            self.document.seal()
        state = "blocked" if self._blocked else self.runs.current.state
        if state == "blocked" or (state != self.state and self.state == "preparing"):
            self.document.recheck()
        if state != self.state:
            self.state = state
            if state == "preparing":
                info = self.document.info
                self.under_way.begin("preparing", f"Preparing {info.name if info is not None else 'the data'}…", self.cancel_preparing)
            else:
                self.under_way.end("preparing")
            self.state_changed.emit(state)

    def _run_to_leave(self) -> str:
        """What to call the current run; one that is running takes some steps more before it ends."""
        trained = self.runs.current.trained
        step = self.runs.step or (trained.step if trained is not None else 0)
        return "the run" if self.state == "running" else f"the run of step {step:,}"

    def _say_what_undo_brings(self, how: str, run: str) -> None:
        """After the edit: what is said of a place of the undo stack is over when it is left."""
        self.message.emit("info", f"Training begins anew {how}. Undo (Ctrl+Z) brings {run} back, weights and all.")
