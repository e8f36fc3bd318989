"""New, open, save, examples, recovery: what happens between the document and the disk."""

from __future__ import annotations

import dataclasses
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from platformdirs import user_documents_dir, user_state_dir
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.checkpoint import Checkpoint, capture, restore
from core.errors import FileError, VitrineError
from core.experiment import Experiment
from core.graph import GraphSpec
from core.project import SUFFIX, Project, load_project, save_project
from core.trainer import Trainer
from gui.runs import change_between
from gui.session import Session
from gui.settings import Settings

log = logging.getLogger(__name__)

FILTER = f"Vitrine (*{SUFFIX} *.json);;All files (*)"
RECOVER_MS = 60_000


def recovery_file() -> Path:
    """Where unsaved work is kept against a crash, one file a process."""
    return Path(user_state_dir("vitrine", appauthor=False)) / f"recovery-{os.getpid()}{SUFFIX}"


class Files(QObject):
    """File verbs. Messages go to the window's bar; only the question about unsaved work is a dialog."""

    message = Signal(str, str)
    recent_changed = Signal()

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.document, self.settings, self.window_ = session, session.document, settings, window
        self.arranged: Callable[[GraphSpec], GraphSpec] = lambda graph: graph  # how examples are laid out for the view
        self._recover = QTimer(self, interval=RECOVER_MS)
        self._recover.timeout.connect(self.keep_recovery)
        self._recover.start()

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
        checkpoint = project.checkpoint
        if checkpoint is not None:
            self.session.restore_next(lambda trainer, _before: _restored(trainer, checkpoint))
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
        places = (str(self.settings.value("folder", "") or ""), user_documents_dir())
        return next((Path(place) for place in places if place and Path(place).is_dir()), Path.home())

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
        self.settings.set("folder", str(path.parent))
        self._write(path, then)
        return True

    def _write(self, path: Path, then: Callable[[], object] | None = None) -> None:
        experiment = self.document.experiment

        def saved(result: Any) -> None:
            if isinstance(result, VitrineError):
                self.message.emit("error", f"Not saved: {result}")
                return
            if self.document.experiment is experiment:
                self.document.mark_saved(path)
            self.settings.add_recent(path)
            self.recent_changed.emit()
            self.drop_recovery()
            self.message.emit("info", f"Saved {path.name}")
            if then is not None:
                then()

        self.store(path, experiment, saved)

    def store(self, path: Path, experiment: Experiment, done: Callable[[Any], None]) -> None:
        """Write the project; with the run's weights where it fits the experiment. In the training thread, if there is one."""

        def write(trainer: Trainer | None) -> None:
            fits = trainer is not None and trainer.step > 0 and change_between(trainer.experiment, experiment) in ("none", "adopt")
            save_project(path, Project(experiment, capture(trainer) if fits and trainer is not None else None))

        if not self.session.ask(write, done):
            try:
                write(None)
            except VitrineError as error:
                done(error)
            else:
                done(None)

    def may_leave(self, then: Callable[[], object] | None = None) -> bool:
        """Whether the current work may be left: saved, or the user says so. With `then`, Save goes on there later."""
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
    def keep_recovery(self) -> None:
        """Once a minute: what a crash would lose."""
        if self.document.dirty and self.session.state != "preparing":
            path = recovery_file()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                log.warning("no recovery file: %s", error)
                return
            self.store(path, self.document.experiment, self._kept)

    def _kept(self, result: Any) -> None:
        if isinstance(result, VitrineError):
            log.warning("no recovery file: %s", result)

    def drop_recovery(self) -> None:
        recovery_file().unlink(missing_ok=True)

    def left_behind(self) -> Path | None:
        """The newest recovery file of a process that is no more."""
        folder = recovery_file().parent
        found = [p for p in folder.glob(f"recovery-*{SUFFIX}") if not _alive(p)]
        return max(found, key=lambda p: p.stat().st_mtime, default=None)

    def recover(self, path: Path) -> None:
        """Take up what another process left; it stays unsaved work, in no list of files."""
        if self.may_leave(then=lambda: self._recover_from(path)):
            self._recover_from(path)

    def _recover_from(self, path: Path) -> None:
        try:
            project = load_project(path)
        except FileError as error:
            self.message.emit("error", f"Not restored: {error}")
            return
        self._show(project, None)
        self.document.mark_touched()
        path.unlink(missing_ok=True)

    def close(self) -> None:
        self._recover.stop()
        self.drop_recovery()


def file_name(name: str) -> str:
    """The experiment's name without what some file system takes amiss."""
    return " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", name).split()).strip(". ")[:100] or "Untitled"


def _restored(trainer: Trainer, checkpoint: Checkpoint) -> tuple[tuple[str, ...], tuple[str, ...]]:
    restore(trainer, checkpoint)
    return (), ()


def _alive(path: Path) -> bool:
    number = path.stem.removeprefix("recovery-")
    if not number.isdigit() or os.name == "nt":  # signal 0 asks on POSIX; on Windows it would end the process
        return number == str(os.getpid())
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
