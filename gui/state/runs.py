"""The runs of a window: the one that is shown, and those that are yet ending."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from vitrine.core.training.continuing import same_network
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.trained import Trained
from vitrine.datasets.base import Dataset
from vitrine.gui.state.archive import Archive, Entry, Kept
from vitrine.gui.state.courtesy import Courtesy
from vitrine.gui.state.live_run import LiveRun, Surroundings
from vitrine.gui.state.looking.frames import Frames

FORWARDED = ("state_changed", "frame", "prepared", "ticked", "diagnosis", "recovered", "message")


class Runs(QObject):
    """`current` is what the window shows, `unended` holds it and those that have not ended yet. The archive has those that
    edits replaced, by their place on the undo stack; `place` is the current one's. load: gives an experiment's data.

    The signals and properties are the current run's, whichever that is.
    """

    state_changed = Signal(str)
    current_changed = Signal(object)  # another LiveRun is to be shown
    run_left = Signal(object)  # archive.Entry: an edit cut it off from redo; `archive.left` holds it
    frame = Signal(object)
    prepared = Signal(object)
    ticked = Signal()
    diagnosis = Signal(object)
    recovered = Signal(object)
    message = Signal(str, str)  # kind ("info", "warning", "error"), text

    def __init__(
        self, experiment: Experiment, load: Callable[[Experiment], Dataset], courtesy: Courtesy, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.around = Surroundings(load, courtesy=courtesy)
        self.archive = Archive(self._cut_off, self._dropped)
        self.place = 0
        self.current = LiveRun(experiment, self.around, parent=self)
        self.unended = [self.current]
        self._connect(self.current)

    @property
    def history(self) -> RunHistory | None:
        return self.current.history

    @property
    def data(self) -> Dataset | None:
        return self.current.data

    @property
    def step(self) -> int:
        return self.current.step

    @property
    def epoch(self) -> int:
        return self.current.epoch

    @property
    def steps_per_epoch(self) -> int:
        return self.current.steps_per_epoch

    @property
    def examples_per_epoch(self) -> int:
        return self.current.examples_per_epoch

    @property
    def standing(self) -> dict[tuple[str, str | None], Diagnosis]:
        return self.current.standing

    @property
    def frames(self) -> Frames:
        return self.current.frames

    def show_run(self, run: LiveRun) -> None:
        """Make this the current run; the one before ends, and is forgotten once it has nothing more to say."""
        before, self.current = self.current, run
        before.stop()
        for name in FORWARDED:
            getattr(before, name).disconnect(getattr(self, name))
        self.unended.append(run)
        self._connect(run)
        self._forget(before)
        self.current_changed.emit(run)
        self.state_changed.emit(run.state)

    def origin(self, place: int, experiment: Experiment) -> Kept | None:
        """What a run of this experiment at that place goes on from. Undo and redo bring back what stood there; but an edit that
        left the network as it is keeps what was trained since."""
        run, archive = self.current, self.archive
        cut = archive.cut_between(self.place, place)
        same = run.touched and not cut and same_network(run.experiment, experiment)
        keeps = same and not archive.has_another(place, run)
        if place != self.place and not keeps:
            found = archive.find(place, self.place, experiment)
            if found is not None:
                return found
        return None if cut else run.base

    def note(self, origin: Kept | None, place: int) -> str:
        """What to say when a run of the past is taken up at that place."""
        if origin is None or origin is self.current or origin is self.current.origin:
            return ""
        return ("Undone" if place < self.place else "Done again") + ": the run is back as it stood at step {step:,}."

    def take_events(self) -> None:
        """All that the training threads have left so far."""
        for run in list(self.unended):
            run.take_events()

    def tick(self) -> None:
        """Take what the workers left and ask for the next frame: every 33 ms."""
        with self.around.courtesy:
            for run in list(self.unended):
                run.tick(look=run is self.current)

    def stop(self) -> None:
        """Tell all to end."""
        for run in self.unended:
            run.stop()

    def join(self, until: float) -> bool:
        """Wait up to that moment of the monotonic clock; False if one has not ended. One that is still loading its data has nothing
        to lose and is not waited for long."""
        for run in list(self.unended):
            run.join(min(until, time.monotonic() + 1.0) if run.state == "preparing" else until)
        return not any(run.alive and run.state != "preparing" for run in self.unended)

    def _connect(self, run: LiveRun) -> None:
        for name in FORWARDED:
            getattr(run, name).connect(getattr(self, name))
        run.ended = self._on_ended

    def _on_ended(self, run: LiveRun) -> None:
        self.archive.settle(run)
        self._forget(run)

    def _forget(self, run: LiveRun) -> None:
        if run is not self.current and not run.alive and run in self.unended:
            self.unended.remove(run)
            run.deleteLater()

    def _cut_off(self, entry: Entry) -> None:
        """An edit after an undo cut a trained run off from redo."""
        self.run_left.emit(entry)

    def take_in(self, trained: Trained, when: float) -> None:
        """A run that was left before a crash can be brought back here."""
        entry = Entry(trained, True, when, restored=True)
        self.archive.left.append(entry)
        self.run_left.emit(entry)

    def _dropped(self, trained: Trained) -> None:
        size = self.archive.largest // 2**20
        self.message.emit("warning", f"Undo keeps up to {size} MB of earlier runs; the one of step {trained.step:,} had to go.")
