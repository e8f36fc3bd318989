"""Threads by hand: the choice takes effect, shows, and is remembered."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QAction

from vitrine.core.kernels import threads
from vitrine.gui.app import make_window


def test_threads_are_chosen_by_hand_and_remembered(qtbot: Any) -> None:
    before = threads.current().threads
    window = make_window()
    window.show()
    window.fill()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
    qtbot.waitUntil(lambda: threads.current().reason == "window", timeout=5_000)
    most = threads.most()
    window.findChild(QAction, f"threads.{most}").trigger()
    qtbot.waitUntil(lambda: threads.current().reason == "hand", timeout=5_000)
    assert threads.current().threads == most
    window.close()
    again = make_window()
    assert again.findChild(QAction, f"threads.{most}").isChecked()
    assert again.session.runs.around.blas_threads == most
    again.close()
    threads.use(before)
