"""New, open, save, examples, recovery: the file verbs of the window."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_documents_dir
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from vitrine.core.errors import FileError
from vitrine.core.files.atomic import sweep
from vitrine.core.files.project import SUFFIX, Project, load_project
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.experiment import Experiment
from vitrine.gui.state.recovery import Found, Recovery
from vitrine.gui.state.saver import Saver, Saving
from vitrine.gui.state.session import Session
from vitrine.gui.window.settings import Settings

FILTER = f"Vitrine (*{SUFFIX} *.json);;All files (*)"
WAIT_SECONDS = 10.0  # for a file that is being written when the window shall close


class Files(QObject):
    """File verbs. Messages go to the window's bar; only the question about unsaved work is a dialog."""

    message = Signal(str, str)
    outdated = Signal(str)  # the text of a message that no longer holds
    recent_changed = Signal()

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.document, self.settings, self.window_ = session, session.document, settings, window
        self.arranged: Callable[[GraphSpec], GraphSpec] = lambda graph: graph  # how examples are laid out for the view
        self._refusals: list[str] = []  # what was said of saving that failed
        self.saver = Saver(session, self)
        self.recovery = Recovery(session, self.saver, self)
        self.recovery.message.connect(self.message)
        self.recovery.outdated.connect(self.outdated)

    # opening
    def open_path(self, path: str | Path) -> bool:
        """Open a project or a bare experiment; on an error the current work stays as it is."""
        try:
            project = load_project(path)
        except FileError as error:
            self.message.emit("error", f"Not opened: {error}")
            return False
        target = Path(path)
        self._show(project, target if target.suffix == SUFFIX else None)
        self.settings.add_recent(target)
        self.recent_changed.emit()
        return True

    def open_recent(self, path: Path) -> None:
        if self.may_leave(then=lambda: self.open_path(path)):
            self.open_path(path)

    def open_example(self, path: Path) -> bool:
        """Open an experiment that comes with the app; False if the present work is to stay, or is yet being saved."""
        return self.may_leave(then=lambda: self._open_example(path)) and self._open_example(path)

    def _open_example(self, path: Path) -> bool:
        try:
            project = load_project(path)
        except FileError as error:
            self.message.emit("error", f"Not opened: {error}")
            return False
        experiment = project.experiment
        self._show(dataclasses.replace(project, experiment=experiment.replace(graph=self.arranged(experiment.graph))), None)
        return True

    def _show(self, project: Project, path: Path | None) -> None:
        self.session.open_with(project.known)
        self.document.load(project.experiment, path)

    def new(self, experiment: Experiment) -> None:
        if self.may_leave(then=lambda: self.document.load(experiment)):
            self.document.load(experiment)

    def ask_open(self) -> None:
        if self.may_leave(then=self._ask_open):
            self._ask_open()

    def _ask_open(self) -> None:
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
    def save(self, then: Callable[[], object] | None = None) -> bool:
        """Save; `then` is called once the file is safely on disk. False when the user gave up."""
        if self.document.path is None:
            return self.save_as(then)
        self._write(self.document.path, then)
        return True

    def save_as(self, then: Callable[[], object] | None = None) -> bool:
        start = self.document.path or self._folder() / f"{file_name(self.document.experiment.name)}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self.window_, "Save as", str(start), f"Vitrine (*{SUFFIX})")
        if not name:
            return False
        path = Path(name)
        if path.suffix != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
            if path.exists() and not self._may_replace(path):  # the dialog asked only about the name as it was typed
                return False
        self.settings.set("folder", str(path.parent))
        self._write(path, then)
        return True

    def _may_replace(self, path: Path) -> bool:
        buttons = QMessageBox.StandardButton
        box = QMessageBox(QMessageBox.Icon.Warning, "Save as", f"{path.name} already exists. Replace it?", parent=self.window_)
        box.setInformativeText("What it holds, weights too, would be lost.")
        box.setStandardButtons(buttons.Yes | buttons.No)
        box.setDefaultButton(buttons.No)
        return box.exec() == buttons.Yes

    def _write(self, path: Path, then: Callable[[], object] | None = None) -> None:
        if self.session.state != "preparing":
            self.session.progress.emit(f"Saving {path.name}…")
        self.saver.save(path, lambda saving: self._saved(saving, then))

    def _saved(self, saving: Saving, then: Callable[[], object] | None) -> None:
        if self.session.state != "preparing":
            self.session.progress.emit("")
        if saving.error is not None:
            self._refusals.append(f"Not saved: {saving.error}")
            self.message.emit("error", self._refusals[-1])
            return
        while self._refusals:
            self.outdated.emit(self._refusals.pop())
        path = saving.path
        self.document.mark_saved(path, self.saver.is_current(saving), touched=not self.saver.has_weights_of(saving))
        self.settings.add_recent(path)
        self.recent_changed.emit()
        if saving.doubt is None:
            self.recovery.drop()
            self.message.emit("info", f"Saved {path.name}")
        else:
            text = f"Saved {path.name}, but with the weights of step {saving.step:,}: the newest could not be copied. {saving.doubt}"
            self.message.emit("warning", text)
        if then is not None:
            then()

    def may_leave(self, then: Callable[[], object] | None = None) -> bool:
        """Whether the current work may be left: saved, or the user says so. With `then`, Save goes on there later."""
        self.saver.wait(WAIT_SECONDS)  # what is being saved is not unsaved
        if not self.document.dirty:
            return True
        name = self.document.path.name if self.document.path else self.document.experiment.name
        box = QMessageBox(self.window_)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved work")
        box.setText(f"Save what you did in “{name}”?")
        box.setInformativeText("Without saving, the changes and the trained weights are lost.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        choice = box.exec()
        if choice == buttons.Save:
            self.save(then)
            return False
        return choice == buttons.Discard

    # against crashes
    def look_for_lost_work(self) -> None:
        """At the start: what a process left that was not closed properly, and what writers left half done."""
        folders = {path.parent for path in self.settings.recent()}
        self.saver.writer.submit(lambda: [sweep(folder) for folder in folders], lambda _done: None)
        self.recovery.search()

    def recover(self, found: Found) -> None:
        """Take up what another process left; it stays unsaved work."""
        if self.may_leave(then=lambda: self.recovery.restore(found)):
            self.recovery.restore(found)

    def stop(self) -> None:
        """The window closes; what is being saved will be."""
        self.recovery.stop()

    def close(self) -> None:
        """The runs have ended: finish writing. What is unsaved now is not wanted."""
        self.saver.close()
        self.recovery.close()


def file_name(name: str) -> str:
    """The experiment's name without what some file system takes amiss."""
    return " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", name).split()).strip(". ")[:100] or "Untitled"
