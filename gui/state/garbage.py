"""Garbage is collected in the window's thread alone, a little at a time.

Python collects cycles in whatever thread happens to allocate. Where that is the training thread, and a cycle holds a widget or a
graphics item, Qt is taken apart behind its back and the process ends. A full collection also stops everything for 50 to 200 ms.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 400
YOUNG = 2_000  # objects since the last look that make a look worth while
OLD_EVERY = 25  # young looks before one at all that came since the start


class Garbage(QObject):
    """While it lives nothing is collected but by its timer. What stands when it begins, and whenever modules were imported
    since (scikit-learn brings 70,000 objects), is never looked at again: that makes a full collection a matter of
    milliseconds. Networks and runs are in no cycles and need no collector."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looks = self._modules = 0
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """To be called once the window stands."""
        gc.disable()
        self._freeze()
        self._timer.start()

    def look(self) -> None:
        if len(sys.modules) != self._modules:
            gc.collect(0)  # what was allocated a moment ago shall not stay for good
            self._freeze()
            return
        if gc.get_count()[0] < YOUNG:
            return
        self._looks += 1
        gc.collect(2 if self._looks % OLD_EVERY == 0 else 1)

    def _freeze(self) -> None:
        self._modules = len(sys.modules)
        gc.freeze()

    def end(self) -> None:
        """Leave collecting to Python again."""
        if self._timer.isActive():
            self._timer.stop()
            gc.unfreeze()
            gc.enable()
