"""Modules that take long to import, brought when somebody first wants them, without holding the window."""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)

LOOK_MS = 15


class LateImport:
    """`wait_for(then)` calls `then` at once where the module is here; else it is imported in a thread of its own, and `then` called
    once it is, if `owner` is still there. The owner's cursor says meanwhile that something comes."""

    _threads: ClassVar[dict[str, threading.Thread]] = {}  # of all owners; only the window's thread counts

    def __init__(self, module: str, owner: QWidget) -> None:
        self.module, self._owner = module, owner
        self._then: Callable[[], object] | None = None
        self._look = QTimer(owner, interval=LOOK_MS)
        self._look.timeout.connect(self._look_again)

    @property
    def here(self) -> bool:
        """Whether importing it takes no time."""
        thread = self._threads.get(self.module)
        return self.module in sys.modules and (thread is None or not thread.is_alive())

    def wait_for(self, then: Callable[[], object]) -> None:
        """The last wish counts."""
        if self.here:
            then()
            return
        self._then = then
        if not self._look.isActive():
            self._owner.setCursor(Qt.CursorShape.BusyCursor)
            self._look.start()
        thread = self._threads.get(self.module)
        if thread is None or not thread.is_alive():
            self._threads[self.module] = threading.Thread(target=self._bring, name="vitrine-import", daemon=True)
            self._threads[self.module].start()

    def _bring(self) -> None:
        try:
            importlib.import_module(self.module)
        except ImportError:  # who asked for it imports it again, and hears of it
            log.exception("%s can't be imported", self.module)

    def _look_again(self) -> None:
        if self._threads[self.module].is_alive():
            return
        self._look.stop()
        self._owner.unsetCursor()
        then, self._then = self._then, None
        if then is not None:
            then()
