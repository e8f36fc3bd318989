"""New, open, save, examples, recovery: the file verbs of the window."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_documents_dir
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from vitrine.core.errors import FileError
from vitrine.core.files.atomic import real, stamp, sweep
from vitrine.core.files.project import SUFFIX, Project
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.control import Control
from vitrine.core.training.experiment import Experiment
from vitrine.gui.state.files.reader import Reader
from vitrine.gui.state.files.recovery import Found, Recovery
from vitrine.gui.state.files.saver import Saver, Saving
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.session import Session
from vitrine.gui.window.settings import Settings

FILTER = f"Vitrine (*{SUFFIX} *.json);;All files (*)"
PATIENCE_MS = 1000  # of saving before it is said what it waits for


class Leaving(NamedTuple):
    """What follows where the current work may be left, and where it stays."""

    then: Callable[[], object]
    stay: Callable[[], object]


class Files(QObject):
    """File verbs. Messages go to the window's bar; only the question about unsaved work is a dialog."""

    message = Signal(str, str)
    outdated = Signal(str)  # the text of a message that no longer holds
    recent_changed = Signal()

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.document, self.settings, self.window_ = session, session.document, settings, window
        self.arranged: Callable[[GraphSpec], GraphSpec] = lambda graph: graph  # how examples are laid out for the view
        self._damaged: set[Path] = set()  # files whose training could not be read, and may be repaired: never overwritten unasked
        self._stamps: dict[Path, tuple[int, int] | None] = {}  # of files as they were opened or saved here
        self._passing: list[str] = []  # what was said that holds until the work is saved, or other work is here
        self.saver = Saver(session, self)
        self.reader = Reader(session.under_way, self)
        self.document.loaded.connect(self.reader.cancel)  # who begins something else meanwhile wants that
        self.recovery = Recovery(session, self.saver, self)
        self.recovery.message.connect(self.message)
        self.recovery.restored.connect(self._passing.append)
        self.recovery.outdated.connect(self.outdated)
        self._saving = 0  # projects on their way to the disk, the recovery aside
        self._next: Leaving | None = None  # what waits for them
        self._halted: LiveRun | None = None  # told to pause, so that nothing is learnt behind the back of the file being saved

    # opening
    def open_path(self, path: str | Path) -> bool:
        """Open a project or a bare experiment, once it is read and the current work may be left; False if it is known already that it
        can't be read, and then nothing has changed."""
        target = Path(path)
        seen = stamp(target)
        return self._read(target, lambda project: self._show(project, target, seen), salvage=True)

    def open_example(self, path: Path) -> bool:
        """Open an experiment that comes with the app."""
        return self._read(path, self._show_example)

    def _read(self, path: Path, show: Callable[[Project], object], salvage: bool = False) -> bool:
        refused = []

        def refuse(error: FileError) -> None:
            refused.append(error)
            self._complain(f"Not opened: {error}")

        def open_it(project: Project) -> None:
            self._withdraw_what_is_over()
            with self.session.document.courtesy.deed():
                show(project)

        self.reader.read(path, lambda project: self.leave(lambda: open_it(project)), refuse, salvage)
        return not refused

    def _show(self, project: Project, path: Path, seen: tuple[int, int] | None) -> None:
        self._stamps[real(path)] = seen
        self.session.open_with(project.known)
        ours = path.suffix == SUFFIX and not project.damage
        self.document.load(project.experiment, path if ours else None)
        self.settings.add_recent(path)
        self.recent_changed.emit()
        if project.damage:
            self._damaged.add(real(path))
            words = f"{path.name} is opened without its training, which is damaged: {project.damage.rstrip('.')}."
            self._complain(f"{words} That file stays as it is, for it may yet be repaired; Save asks for another name.")

    def _complain(self, text: str) -> None:
        self._passing.append(text)
        self.message.emit("error", text)

    def _withdraw_what_is_over(self) -> None:
        while self._passing:
            self.outdated.emit(self._passing.pop())

    def _show_example(self, project: Project) -> None:
        experiment = project.experiment
        self.session.open_with(project.known)
        self.document.load(experiment.replace(graph=self.arranged(experiment.graph)), None)

    def new(self, experiment: Experiment) -> None:
        def begin() -> None:
            self._withdraw_what_is_over()
            self.document.load(experiment)

        self.leave(begin)

    def ask_open(self) -> None:
        folder = self.document.path.parent if self.document.path else self._folder()
        name, _ = QFileDialog.getOpenFileName(self.window_, "Open", str(folder), FILTER)
        if name:
            self.settings.set("folder", str(Path(name).parent))
            self.open_path(name)

    def _folder(self) -> Path:
        """Where the last file was, or the person's documents; not where the program happens to lie."""
        places = (self.settings.text("folder"), user_documents_dir())
        return next((Path(place) for place in places if place and os.path.isdir(place)), Path.home())

    # saving
    def save(self) -> bool:
        """Save; False when the user gave up."""
        path = self.document.path
        if path is None:
            return self.save_as()
        if self._is_anothers(path) and not self._may_replace(path):
            return False
        self._write(path)
        return True

    def _is_anothers(self, path: Path) -> bool:
        """Whether somebody else wrote the file since it was opened or saved here; one that is gone holds nothing to lose."""
        path, now = real(path), stamp(path)
        return not self._saving and path in self._stamps and now is not None and self._stamps[path] != now

    def save_as(self) -> bool:
        start = self.document.path or self._folder() / f"{file_name(self.document.experiment.name)}{SUFFIX}"
        if real(start) in self._damaged:
            start = start.with_stem(f"{start.stem} (new)")
        name, _ = QFileDialog.getSaveFileName(self.window_, "Save as", str(start), f"Vitrine (*{SUFFIX})")
        if not name:
            return False
        path = Path(name)
        if path.suffix != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
            if path.exists() and not self._may_replace(path):  # the dialog asked only about the name as it was typed
                return False
        elif real(path) in self._damaged and not self._may_replace(path):  # the dialog knew nothing of the weights
            return False
        self.settings.set("folder", str(path.parent))
        self._write(path)
        return True

    def _may_replace(self, path: Path) -> bool:
        buttons = QMessageBox.StandardButton
        title, why = ("Save", "was changed by another program") if self._is_anothers(path) else ("Save as", "already exists")
        box = QMessageBox(QMessageBox.Icon.Warning, title, f"{path.name} {why}. Replace it?", parent=self.window_)
        damaged = real(path) in self._damaged
        lost = "It holds training that is damaged and may yet be repaired; that" if damaged else "What it holds, weights too,"
        box.setInformativeText(f"{lost} would be lost.")
        return _answer(box, buttons.Yes | buttons.No, buttons.No) == buttons.Yes

    def _write(self, path: Path) -> None:
        self._saving += 1
        self.session.under_way.begin("saving", f"Saving {path.name}…")
        saving = self.saver.save(path, self._saved)
        QTimer.singleShot(PATIENCE_MS, self, lambda: self._say_what_saving_waits_for(saving))

    def _say_what_saving_waits_for(self, saving: Saving) -> None:
        if not saving.captured:
            text = f"Saving {saving.path.name}: it waits for the training step under way, whose weights it is to hold…"
            self.session.under_way.begin("saving", text)

    def _saved(self, saving: Saving) -> None:
        self._saving -= 1
        if not self._saving:
            self.session.under_way.end("saving")
        if saving.error is not None:
            self._complain(f"Not saved: {saving.error}")
            self._stay()
            return
        self._withdraw_what_is_over()
        path = saving.path
        self._damaged.discard(real(path))
        self._stamps[real(path)] = saving.stamp
        self.session.look_at_progress()
        self.document.mark_saved(path, self.saver.is_current(saving), touched=not self.saver.has_weights_of(saving))
        self.settings.add_recent(path)
        self.recent_changed.emit()
        if saving.doubt is None:
            if not self.document.dirty:  # else what came since is nowhere else
                self.recovery.drop()
            self.message.emit("info", f"Saved {path.name}")
        else:
            text = f"Saved {path.name}, but with the weights of step {saving.step:,}: the newest could not be copied. {saving.doubt}"
            self._passing.append(text)
            self.message.emit("warning", text)
        if self._next is not None and not self._saving:
            waiting, self._next = self._next, None
            self.leave(*waiting)

    # leaving
    def leave(self, then: Callable[[], object], stay: Callable[[], object] = lambda: None) -> None:
        """Call `then` once the current work may be left: it is saved, or the user does not want it; or `stay`. What is being saved is
        not unsaved: it is waited for, while the window lives on, and who asks last is heard."""
        leaving = Leaving(then, stay)
        if self._saving:
            self._wait_with(leaving)
            return
        self.session.look_at_progress()  # what was learnt up to this moment counts
        buttons = QMessageBox.StandardButton
        choice = self._ask_about_unsaved_work() if self.document.dirty else buttons.Discard
        if choice == buttons.Save:
            self._save_and_leave(leaving)
        elif choice == buttons.Discard:
            self._halted = None
            then()
        else:
            self._stay(leaving)

    def _wait_with(self, leaving: Leaving) -> None:
        """Until all is saved."""
        before, self._next = self._next, leaving
        if before is not None:
            before.stay()

    def _save_and_leave(self, leaving: Leaving) -> None:
        """Training rests meanwhile: what it learnt after the file's weights were copied would go with the run. What came in between
        all the same, an edit or weights that could not be had, is asked about anew."""
        run = self.session.runs.current
        if run.control.running and self.session.state in ("running", "preparing"):
            self._halted = run
        run.control.pause()
        self._wait_with(leaving)
        if not self.save():
            self._stay()

    def _stay(self, leaving: Leaving | None = None) -> None:
        """The work is not left: it goes on as it did."""
        waiting, self._next = leaving or self._next, None
        halted, self._halted = self._halted, None
        if halted is not None and halted is self.session.runs.current:
            halted.wish(Control.run)  # whether the pause was heard of already or not
        if waiting is not None:
            waiting.stay()

    def _ask_about_unsaved_work(self) -> int:
        name = self.document.path.name if self.document.path else self.document.experiment.name
        box = QMessageBox(QMessageBox.Icon.Question, "Unsaved work", f"Save what you did in “{name}”?", parent=self.window_)
        only_undo = self.recovery.beside.wanted
        gone = f" The run of step {only_undo.step:,}, which only undo holds, goes in any case." if only_undo is not None else ""
        learnt = ""
        if self.document.touched and self.session.runs.current.worth_keeping:
            learnt = " and what was learnt since the last save" if self.document.path else " and the trained weights"
        box.setInformativeText(f"Without saving, the changes{learnt} are lost.{gone}")
        buttons = QMessageBox.StandardButton
        return _answer(box, buttons.Save | buttons.Discard | buttons.Cancel, buttons.Save)

    # against crashes
    def look_for_lost_work(self) -> None:
        """At the start: what a process left that was not closed properly, and what writers left half done."""
        chosen = self.settings.text("folder")  # a first save into it may never have become a recent file
        folders = {path.parent for path in self.settings.recent()} | ({Path(chosen)} if chosen else set())
        self.saver.writer.submit(lambda: [sweep(folder) for folder in folders], lambda _done: None)
        self.recovery.search()

    def recover(self, found: Found) -> None:
        """Take up what another process left; it stays unsaved work."""

        def again() -> None:
            self.recovery.offered.emit(found)

        def take_up(project: Project) -> None:
            self._withdraw_what_is_over()
            if found.path is not None:
                self._stamps[real(found.path)] = stamp(found.path)
            self.recovery.restore(found, project)

        def refuse(error: FileError) -> None:
            self._complain(f"Not restored: {error}")

        self.reader.read(found.file, lambda project: self.leave(lambda: take_up(project), again), refuse)

    def stop(self) -> None:
        """The window closes, and what is unsaved now is not wanted. Files under way are finished in their own thread."""
        self.reader.cancel()
        self.recovery.stop()
        self.saver.finish(self.recovery.release)


def _answer(box: QMessageBox, buttons: QMessageBox.StandardButton, default: QMessageBox.StandardButton) -> int:
    """Which button was pressed. The box goes then: it is a child of the window."""
    box.setStandardButtons(buttons)
    box.setDefaultButton(default)
    choice = box.exec()
    box.deleteLater()
    return choice


def file_name(name: str) -> str:
    """The experiment's name without what some file system takes amiss."""
    return " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", name).split()).strip(". ")[:100] or "Untitled"
