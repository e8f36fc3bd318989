"""What takes a while, in words, with the way to cancel it; whoever does it says so here, and one place shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class Work:
    """text: as it is shown. cancel: what ends it; None where nothing can."""

    text: str
    cancel: Callable[[], object] | None = None


class UnderWay(QObject):
    """Slow work by a key of its doer's; what was begun last is `shown`."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._works: dict[str, Work] = {}

    @property
    def shown(self) -> Work | None:
        return next(reversed(self._works.values()), None)

    def begin(self, key: str, text: str, cancel: Callable[[], object] | None = None) -> None:
        """It begins, or there is something else to say of it."""
        work = Work(text, cancel)
        if self._works.get(key) != work:
            self._works[key] = work
            self.changed.emit()

    def end(self, key: str) -> None:
        """It is over, however it ended."""
        if self._works.pop(key, None) is not None:
            self.changed.emit()

    def cancel(self) -> None:
        """End what is shown, if that can be."""
        if self.shown is not None and self.shown.cancel is not None:
            self.shown.cancel()
