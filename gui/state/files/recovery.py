"""Unsaved work, kept against a crash: written while it grows, offered at the next start, dropped once it is safe elsewhere."""

from __future__ import annotations

import contextlib
import logging
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from platformdirs import user_state_dir
from PySide6.QtCore import QObject, QTimer, Signal

from vitrine.core.errors import FileError
from vitrine.core.files.atomic import real, sweep
from vitrine.core.files.locks import held, in_place, take
from vitrine.core.files.project import SUFFIX, Project, load_project
from vitrine.core.training.trained import Trained, is_moment_of
from vitrine.gui.state.files.beside import Beside, beside, unlink
from vitrine.gui.state.files.saver import Saver, Saving
from vitrine.gui.state.session import Session

log = logging.getLogger(__name__)

LOOK_MS = 500  # how often it is asked whether there is something new
TRAINED_SECONDS = 8.0  # training goes on for so long between two files
EDITED_SECONDS = 1.0  # as edits do
PATIENCE_SECONDS = 1.5  # for a run in the middle of a long step; then the weights of a moment ago must do


def folder() -> Path:
    """Where unsaved work is kept."""
    return Path(user_state_dir("vitrine", appauthor=False))


@dataclass(frozen=True)
class Found:
    """Work that a process left behind: in which file, when, and trained up to which step. path: where it had been saved before, None
    if never. The work itself stays in the file until it is wanted: it may be large."""

    file: Path
    time: float
    name: str
    step: int
    path: Path | None

    @classmethod
    def of(cls, file: Path, project: Project, changed: float) -> Found:
        path = _path(project.view.get("path"))
        step = project.known.step if project.known is not None else 0
        return cls(file, changed, path.name if path is not None else project.experiment.name, step, path)


def _path(stored: object) -> Path | None:
    """What was stored as the place of the work, if that can be one."""
    if not isinstance(stored, str) or not stored:
        return None
    try:
        os.stat(stored)
    except FileNotFoundError:
        pass
    except (OSError, ValueError):  # a name that none can bear, or a place that can't be reached any more
        return None
    return Path(stored)


def left_behind() -> tuple[Found | None, list[Path]]:
    """The newest file of a process that is no more, of those that can be read; and newer ones that can't be."""
    found = []
    for file in folder().glob(f"recovery-*{SUFFIX}"):
        with contextlib.suppress(OSError):
            if not held(file.with_suffix(".lock")):
                found.append((file.stat().st_mtime, file))
    damaged: list[Path] = []
    for changed, file in sorted(found, reverse=True):
        try:
            return Found.of(file, load_project(file), changed), damaged
        except FileError as error:
            log.warning("%s", error)
            damaged.append(file)
    return None, damaged


class Recovery(QObject):
    """Keeps one file for its session, under a name of its own and with a lock that ends with the process, and the last run that only
    undo holds beside it.

    A file of the last time is kept until this session has written one of its own with that work in it, or saved it.
    """

    offered = Signal(object)  # Found
    message = Signal(str, str)
    restored = Signal(str)  # what was said of work that is here now, and unsaved
    outdated = Signal(str)  # the text of a message that no longer holds

    def __init__(self, session: Session, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.document, self.saver = session, session.document, saver
        self.file = folder() / f"recovery-{uuid.uuid4().hex}{SUFFIX}"
        self.beside = Beside(session, saver.writer, self.file, self.message.emit)
        self._lock: IO[bytes] | None = None
        self._taken_up: list[tuple[Found, IO[bytes]]] = []  # restored here, and not yet safe elsewhere
        self._discarded: list[tuple[Found, IO[bytes]]] = []  # not wanted; there until the window closes
        self._kept: Saving | None = None  # what the file holds
        self._under_way: Saving | None = None
        self._reading = 0  # files beside those that were taken up
        self._begun = -1e9
        self._complaint = ""
        self._told = False  # of files that can't be read
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    # keeping
    def look(self) -> None:
        """Write what is new, if it is time; drop the file once there is nothing unsaved."""
        waited = time.monotonic() - self._begun
        if self._under_way is not None:
            if waited > PATIENCE_SECONDS:
                self.saver.hurry(self._under_way)
        elif not self.document.dirty:
            self.drop()
        elif (waited >= EDITED_SECONDS and self._edited()) or (waited >= TRAINED_SECONDS and self._trained()):
            self.keep()

    def keep(self) -> None:
        """Write what a crash would lose now."""
        self._begun = time.monotonic()
        if self._lock is not None and not in_place(self._lock):  # somebody cleared the folder
            self._lock.close()
            self._lock = None
            self.beside.forget()
        if self._lock is None:
            try:
                self._lock = _lock(self.file)
            except OSError as error:
                self._complain(f"{self.file.parent}: {error.strerror or error}")
                return
        self.session.catch_up()
        drop_beside = self.beside.write()
        taken_up = list(self._taken_up)
        path = self.document.path
        view = {"path": str(real(path)) if path is not None else None}
        self._under_way = self.saver.save(self.file, lambda saving: self._written(saving, drop_beside, taken_up), view)

    def _written(self, saving: Saving, drop_beside: Callable[[], None], taken_up: list[tuple[Found, IO[bytes]]]) -> None:
        if self._under_way is saving:  # not one that was begun meanwhile
            self._under_way = None
        if saving.error is not None:
            self._complain(str(saving.error))
            return
        if self._complaint:
            self.outdated.emit(self._complaint)
            self._complaint = ""
        self._kept = saving
        drop_beside()
        if not self._reading and self.beside.is_safe:
            self._drop_taken_up(taken_up)

    def _edited(self) -> bool:
        kept = self._kept
        return kept is None or not self.saver.is_current(kept) or not self.beside.is_current or not self.file.exists()

    def _trained(self) -> bool:
        return self._kept is None or not self.saver.has_weights_of(self._kept)

    def _complain(self, why: str) -> None:
        """Once, until it works again."""
        if not self._complaint:
            self._complaint = f"Unsaved work can't be kept against a crash: {why}. Save often."
            self.message.emit("warning", self._complaint)

    def drop(self) -> None:
        """The work is saved, or not wanted: keep it no longer."""
        if self._kept is not None:
            self._kept = None
            file = self.file
            self.saver.writer.submit(lambda: file.unlink(missing_ok=True), lambda _done: None)
            self.beside.drop()
        self._drop_taken_up(self._taken_up)

    # taking up
    def search(self) -> None:
        """Look for work that was left behind, in the files' thread; tells of it by `offered`."""

        def look() -> tuple[Found | None, list[Path]]:
            sweep(folder())
            _sweep_locks()
            return left_behind()

        self.saver.writer.submit(look, self._offer)

    def _offer(self, result: tuple[Found | None, list[Path]] | Exception) -> None:
        if isinstance(result, Exception):
            return
        found, damaged = result
        if found is not None:
            self.offered.emit(found)
        elif damaged and not self._told:
            self._told = True
            self.message.emit("warning", f"Vitrine was not closed properly; unsaved work was kept, but it can't be read: {damaged[0]}")

    def restore(self, found: Found, project: Project) -> None:
        """Make what is in the file the session's work, unsaved, under its name."""
        lock = self._take(found)
        if lock is None:
            return
        path, kind, newer = found.path, "info", ""
        if path is not None and path.exists() and path.stat().st_mtime > found.time:
            kind, newer = "warning", f" {path.name} was saved after this was kept: save what is restored under another name."
            path = None
        self._kept = None
        self.session.open_with(project.known)
        self.document.load(project.experiment, path)
        self.document.mark_touched()
        if project.known is not None:
            self.session.runs.archive.hold(project.known)
        self._taken_up.append((found, lock))
        self._read_beside(found, project.known)
        step = f", trained up to step {found.step:,}" if found.step else ""
        text = f"“{found.name}” is restored{step}. It is not saved yet.{newer}"
        self.restored.emit(text)
        self.message.emit(kind, text)
        self.search()  # there may be older work

    def _read_beside(self, found: Found, restored: Trained | None) -> None:
        """The runs that only undo held, in the files' thread: they may be large. Older states of another that is there are none."""
        self._reading += 1

        def read() -> list[tuple[float, Trained]]:
            runs = [(at, known) for path in beside(found.file) if (known := _known(path)) and (at := path.stat().st_mtime)]
            later = [[run for _at, run in runs[place + 1 :]] + ([restored] if restored is not None else []) for place in range(len(runs))]
            return [run for run, others in zip(runs, later, strict=True) if not any(is_moment_of(run[1], other) for other in others)]

        def done(runs: list[tuple[float, Trained]] | Exception) -> None:
            self._reading -= 1
            if not isinstance(runs, Exception) and any(taken is found for taken, _lock in self._taken_up):  # nobody opened other work
                for at, trained in runs:
                    self.session.runs.take_in(trained, at)

        self.saver.writer.submit(read, done)

    def _take(self, found: Found) -> IO[bytes] | None:
        """Its lock; said if another has it."""
        try:
            return _lock(found.file)
        except OSError:
            self.message.emit("warning", f"The unsaved work of {found.name} is open in another window by now.")
            return None

    def discard(self, found: Found) -> bool:
        """It is not wanted: not offered again, and gone when the window closes; until then `keep_after_all` brings it back."""
        lock = self._take(found)
        if lock is not None:
            self._discarded.append((found, lock))
            self.search()
        return lock is not None

    def keep_after_all(self, found: Found) -> None:
        """It was discarded by mistake."""
        for entry in [entry for entry in self._discarded if entry[0] == found]:
            self._discarded.remove(entry)
            entry[1].close()
            self.offered.emit(found)

    def _drop_taken_up(self, taken: list[tuple[Found, IO[bytes]]]) -> None:
        """Their work is safe elsewhere."""
        taken = [entry for entry in self._taken_up if entry in taken]
        self._taken_up = [entry for entry in self._taken_up if entry not in taken]
        for found, lock in taken:
            self.saver.writer.submit(lambda found=found, lock=lock: _remove(found.file, lock), lambda _done: None)  # type: ignore[misc]

    def stop(self) -> None:
        """Look no more: the window closes."""
        self._timer.stop()

    def release(self) -> None:
        """The work is saved, or was not wanted, and nothing is written any more: what was kept of it goes. In any thread."""
        for found, lock in [*self._taken_up, *self._discarded]:
            _remove(found.file, lock)
        if self._lock is not None:
            _remove(self.file, self._lock)


def _lock(file: Path) -> IO[bytes]:
    """Hold the lock that goes with a recovery file. Raises OSError."""
    while True:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = open(file.with_suffix(".lock"), "a+b")  # noqa: SIM115  held for as long as the work is ours
        if not take(lock):
            lock.close()
            raise BlockingIOError(f"{file} is in use")
        if in_place(lock):
            return lock
        lock.close()  # somebody swept before it was locked


def _known(file: Path) -> Trained | None:
    """The run in a file beside the work, None if it can't be read."""
    try:
        return load_project(file).known
    except FileError as error:
        log.warning("%s", error)
        return None


def _remove(file: Path, lock: IO[bytes]) -> None:
    unlink(beside(file))
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
    lock.close()
    with contextlib.suppress(OSError):
        file.with_suffix(".lock").unlink(missing_ok=True)


def _sweep_locks() -> None:
    """Locks of processes that are no more and left nothing to restore."""
    for lock in folder().glob("recovery-*.lock"):
        with contextlib.suppress(OSError):
            if not lock.with_suffix(SUFFIX).exists() and not held(lock):
                unlink(beside(lock.with_suffix(SUFFIX)))
                lock.unlink()
