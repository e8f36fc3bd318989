"""What the app remembers between two starts: window, docks, theme, recent files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from vitrine.core.files.atomic import real

RECENT = 10
LONGEST = 4096  # letters: no path is longer


class Settings:
    """A typed face of QSettings (an INI file in the user's configuration folder).

    A person may edit that file: what is there of another type than asked for counts as not there.
    """

    def __init__(self) -> None:
        self._store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Vitrine", "vitrine")

    def text(self, name: str, default: str = "") -> str:
        """A text that may be a path."""
        stored: object = self._store.value(name)
        return stored if isinstance(stored, str) and _is_plain(stored) else default

    def texts(self, name: str) -> list[str]:
        stored: Any = self._store.value(name, [])
        return [one for one in ([stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []) if _is_plain(one)]

    def state(self, name: str) -> QByteArray | None:
        """What Qt made of a window's place or docks."""
        stored: object = self._store.value(name)
        return stored if isinstance(stored, QByteArray) else None

    def has(self, name: str) -> bool:
        return self._store.contains(name)

    def set(self, name: str, value: Any) -> None:
        self._store.setValue(name, value)

    def remove(self, name: str) -> None:
        self._store.remove(name)

    def recent(self) -> list[Path]:
        """Recent project files that are still there, newest first."""
        return [Path(name) for name in self.texts("recent") if name and _exists(Path(name))]

    def add_recent(self, path: Path) -> None:
        path = real(path)
        names = [str(path), *(str(p) for p in self.recent() if p != path)]
        self._store.setValue("recent", names[:RECENT])


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be looked into, a name too long
        return False
