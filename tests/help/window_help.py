"""The real window, as a first start opens it, for tests that use it with mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vitrine.gui.app import make_window
from vitrine.gui.window.main_window import MainWindow


def opened(qtbot: Any, width: int = 1600, height: int = 1000, project: str | None = None) -> Iterator[MainWindow]:
    """The window with its embedded example ready to run, or `project` as if named at the start; afterwards it is closed without
    a question."""
    window = make_window()
    window.resize(width, height)
    with qtbot.waitExposed(window):
        window.show()
    window.fill()
    if project is not None:
        window.files.open_path(project)
    qtbot.waitUntil(lambda: window.session.state in ("ready", "paused"), timeout=30_000)
    yield window
    window._leaving = True
    window.close()
    window.deleteLater()
