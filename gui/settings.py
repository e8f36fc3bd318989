"""What the app remembers between two starts: window, docks, theme, recent files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

RECENT = 10


class Settings:
    """A typed face of QSettings (an INI file in the user's configuration folder)."""

    def __init__(self) -> None:
        self._store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Vitrine", "vitrine")

    def value(self, name: str, default: Any = None) -> Any:
        return self._store.value(name, default)

    def set(self, name: str, value: Any) -> None:
        self._store.setValue(name, value)

    def remove(self, name: str) -> None:
        self._store.remove(name)

    def recent(self) -> list[Path]:
        """Recent project files that are still there, newest first."""
        stored: Any = self._store.value("recent", [])
        names = [stored] if isinstance(stored, str) else list(stored or [])
        return [Path(name) for name in names if Path(name).exists()]

    def add_recent(self, path: Path) -> None:
        names = [str(path.resolve()), *(str(p) for p in self.recent() if p != path.resolve())]
        self._store.setValue("recent", names[:RECENT])

    def clear_recent(self) -> None:
        self._store.remove("recent")
