"""The app's memory between two starts: a file that anybody may edit, or break."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QSettings

from vitrine.gui.app import make_window
from vitrine.gui.window.settings import Settings

NAMES = ("geometry", "layout", "closed", "recent", "theme", "threads", "blas_threads", "folder", "data_folder", "nonsense")
ODD = (
    "", "7", "-1", "3.5", "true", "²", "99999999999999999999", "a, b, c", '"unclosed', "@Invalid()", "@ByteArray(garbage)", "@Variant(\\0\\0\\0\\x7f)",
    "@Rect(1 2 3)", "@Size(a b)", "@Point()", "\\x0", "a\\x0b", "~nobody/x", "x" * 6000, "/nobody/" + "y" * 300, "\\xd800", "dark, light", "%00", "@@twice", "/proc/self/mem",
)  # fmt: skip


def write(text: str) -> None:
    """What stands in the file that a new Settings will read."""
    path = Path(QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Vitrine", "vitrine").fileName())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("seed", range(100))
def test_whatever_stands_there_comes_back_as_what_was_asked_for(seed: int) -> None:
    rng = random.Random(seed)
    write("[General]\n" + "".join(f"{name}={rng.choice(ODD)}\n" for name in NAMES))
    settings = Settings()
    for name in NAMES:
        assert isinstance(settings.text(name, "light"), str) and all(isinstance(t, str) for t in settings.texts(name))
        assert settings.state(name) is None or isinstance(settings.state(name), QByteArray)
    assert all(isinstance(path, Path) for path in settings.recent())
    settings.add_recent(Path(__file__))
    assert settings.recent()[0] == Path(__file__).resolve()


def test_a_recent_file_that_may_not_be_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    settings.set("recent", ["z" * 3000, "a\0b", str(Path(__file__)), 7, None])
    assert settings.recent() == [Path(__file__)]


def test_the_window_opens_whatever_the_file_holds(qtbot: Any) -> None:
    garbage = {
        "geometry": "@ByteArray(x)",
        "layout": "7",
        "closed": "5",
        "recent": "a, " + "x" * 5000,
        "theme": "@Rect(0 0 1 1)",
        "blas_threads": "²",
    }
    write("[General]\n" + "".join(f"{name}={value}\n" for name, value in garbage.items()))
    window = make_window(Settings())
    with qtbot.waitExposed(window):
        window.show()
    window.fill()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
    assert window.session.runs.around.blas_threads is None and window.recent_menu.isEmpty()
    window.close()
    window.deleteLater()
