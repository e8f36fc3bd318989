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
    thread. A VitrineError arrives as the result."""

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
        self._pending += 1
        with self._condition:
            self._work.append((work, done))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="vitrine-files", daemon=True)
                self._thread.start()
            self._condition.notify()

    def deliver(self) -> None:
        """Tell the results that are there; in the window's thread."""
        while self._results:
            done, result = self._results.popleft()
            self._pending -= 1
            done(result)

    def wait(self, timeout: float) -> bool:
        """Wait until all that was submitted is done and told; False if it takes longer than that."""
        with self._condition:
            self._condition.wait_for(lambda: len(self._results) >= self._pending, timeout)
        self.deliver()
        return not self.busy

    def close(self) -> None:
        """Finish everything, however long it takes, and end the thread."""
        while self._thread is not None:
            with self._condition:
                self._closed = True
                self._condition.notify()
            self._thread.join()
            self._thread, self._closed = None, False
            self.deliver()  # which may lead to more

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
            with self._condition:
                self._results.append((done, result))
                self._condition.notify_all()
            self._done.emit()
