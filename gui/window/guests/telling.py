"""Contributed code that could not be used: found a kind at a time while the window stands idle, and told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from vitrine.core import contributions
from vitrine.core.registry import KINDS, Shelf, discover
from vitrine.gui.state.under_way import UnderWay

PAUSE_MS = 40  # between two kinds: importing one takes some milliseconds


class Guests(QObject):
    """Discovers the kinds that nothing has asked for yet, so that a broken file is told at the start, not in the middle of the work."""

    def __init__(self, say: Callable[[str, str], None], status: QWidget, under_way: UnderWay, parent: QObject) -> None:
        super().__init__(parent)
        self._say, self._status, self._under_way = say, status, under_way
        self._told: set[str] = set()
        self._waiting = [kind for kind, package in KINDS.items() if package.startswith("vitrine.")]
        self._timer = QTimer(self, interval=PAUSE_MS)
        self._timer.timeout.connect(self._next)

    def announce(self, name: str) -> None:
        """That guest is imported now. Nothing else is drawn until that is done, so the status line says it at once."""
        if threading.current_thread() is threading.main_thread():
            self._under_way.begin("importing", f"Importing {name}…")
            self._status.repaint()

    def start(self) -> None:
        self.tell()
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()

    @property
    def busy(self) -> bool:
        """Some kinds are not discovered yet."""
        return bool(self._waiting)

    def _next(self) -> None:
        if self._waiting:
            discover(self._waiting.pop())
            self.tell()
        else:
            self._timer.stop()

    def tell(self) -> None:
        """Say what was left out, or took its time, since the last time."""
        self._under_way.end("importing")
        for sentence in map(str, [*Shelf.disabled, *contributions.slow]):
            if sentence not in self._told:
                self._told.add(sentence)
                self._say("warning", f"{sentence}.")
