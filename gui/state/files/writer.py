"""The thread that writes files: neither the window nor training waits for the disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from vitrine.core.errors import FileError, VitrineError

log = logging.getLogger(__name__)

Work = Callable[[], Any]
Done = Callable[[Any], object]


class Writer(QObject):
    """Does one piece of work after the other, in the order of `submit`, and then calls `done(result)` in the window's
    thread. A VitrineError arrives as the result. After `finish` nothing more is taken."""

    _done = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._condition = threading.Condition()
        self._work: deque[tuple[Work, Done]] = deque()
        self._results: deque[tuple[Done, Any]] = deque()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._pending = 0
        self._done.connect(self.deliver)

    @property
    def busy(self) -> bool:
        """Something was submitted whose `done` was not called yet."""
        return self._pending > 0

    def submit(self, work: Work, done: Done) -> None:
        with self._condition:
            if self._closed:
                return
            self._pending += 1
            self._work.append((work, done))
            self._start()
            self._condition.notify()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="vitrine-files", daemon=True)
            self._thread.start()

    def deliver(self) -> None:
        """Tell the results that are there; in the window's thread."""
        while self._results:
            done, result = self._results.popleft()
            self._pending -= 1
            done(result)

    def finish(self, last: Work) -> None:
        """Do what was submitted, then `last`, and end; nothing more is told. Nobody waits here: see `join`."""
        with self._condition:
            self._closed = True
            self._work.append((last, lambda _done: None))
            self._start()
            self._condition.notify()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end, in any thread; False if it did not come within so many seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._work or self._closed)
                if not self._work:
                    return
                work, done = self._work.popleft()
            try:
                result = work()
            except VitrineError as error:
                result = error
            except Exception as error:  # the thread must live on, and the asker must hear of it
                log.exception("a file could not be written")
                result = FileError(f"{error}; the log has the details")
            self._results.append((done, result))
            with self._condition:
                if not self._closed:  # else the object may be gone
                    self._done.emit()
