"""Project files are read off the window's thread, unless they are small."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from vitrine.core.errors import FileError
from vitrine.core.files.project import Project, load_project
from vitrine.gui.state.under_way import UnderWay
from vitrine.gui.state.worker import SWITCH_INTERVAL

log = logging.getLogger(__name__)

SMALL = 128 * 2**10  # bytes that are read at once: some milliseconds
LOOK_MS = 20
TOLD_SECONDS = 0.25  # of reading before anything is said of it

Read = Callable[[Project], object]
Failed = Callable[[FileError], object]


class Cancelled(Exception):
    """Nobody wants the file any more."""


class Reading:
    """One file on its way from the disk, in a thread of its own. `project` or `error` stands once it is over; neither, if it was
    cancelled."""

    def __init__(self, path: Path, salvage: bool) -> None:
        self.path = path
        self._salvage = salvage
        self.share = 0.0
        self.cancelled = False
        self.project: Project | None = None
        self.error: FileError | None = None
        self.began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="vitrine-reading", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def _run(self) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)  # the window goes on meanwhile
        try:
            self.project = load_project(self.path, self._report, self._salvage)
        except FileError as error:
            self.error = error
        except Cancelled:
            pass
        except Exception as error:  # a thread's last line of defence: the window must hear of it
            log.exception("a file could not be read")
            self.error = FileError(f"{self.path} can't be read: {error}. The log has the details.")

    def _report(self, share: float) -> None:
        if self.cancelled:
            raise Cancelled
        self.share = share


class Reader(QObject):
    """One file at a time: whoever wants another one does not want the first any more."""

    def __init__(self, under_way: UnderWay, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.under_way = under_way
        self._reading: tuple[Reading, Read, Failed] | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        return self._reading is not None

    def read(self, path: Path, done: Read, failed: Failed, salvage: bool = False) -> None:
        """Then call `done` with what is in the file, or `failed`: at once for a small file, else later; neither if it is cancelled.
        `salvage` as `load_project` has it."""
        self.cancel()
        if _size(path) > SMALL:
            self._reading = Reading(path, salvage), done, failed
            self._timer.start()
            return
        try:
            project = load_project(path, salvage=salvage)
        except FileError as error:
            failed(error)
            return
        done(project)

    def cancel(self) -> None:
        """Want it no longer; the thread ends at its next piece."""
        if self._reading is not None:
            self._reading[0].cancelled = True
            self._end()

    def _end(self) -> None:
        self._reading = None
        self._timer.stop()
        self.under_way.end("reading")

    def _look(self) -> None:
        if self._reading is None:
            return
        reading, done, failed = self._reading
        if not reading.over:
            if time.monotonic() - reading.began > TOLD_SECONDS:
                self.under_way.begin("reading", f"Opening {reading.path.name}: {reading.share:.0%}", self.cancel)
            return
        if QApplication.activeModalWidget() is not None:  # a question about the present work is open: it is answered first
            return
        self._end()
        if reading.project is not None:
            done(reading.project)
        elif reading.error is not None:
            failed(reading.error)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # reading will say why
        return 0
