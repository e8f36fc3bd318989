"""Panels in the real window: what one asks of another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.app import make_window
from gui.main_window import MainWindow


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    window = make_window()
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    window.fill()
    qtbot.waitUntil(lambda: window.session.state in ("ready", "paused"), timeout=30_000)
    yield window
    window.document.undo_stack.setClean()
    window.document._touched = False
    window.close()
    window.deleteLater()


def test_a_cell_of_the_confusion_matrix_brings_its_examples_to_the_front(qtbot: Any, window: MainWindow) -> None:
    docks = window.docks
    docks.docks["confusion"].raise_()
    matrix = docks.panels["confusion"].matrix
    qtbot.waitUntil(lambda: bool(matrix.payload) and matrix.isVisible(), timeout=10_000)
    assert not docks.panel_visible("predictions")
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell(3, 3).center().toPoint())
    qtbot.waitUntil(lambda: docks.panel_visible("predictions"), timeout=5000)
    assert docks.panels["predictions"].chip.isVisible()
    asked = docks.panels["predictions"].request()
    assert (asked.true, asked.taken_for) == (3, 3)
    docks.docks["predictions"].close()
    window.session.select_pair(("validation", 1, 1))
    assert docks.docks["predictions"].isVisible(), "a closed panel opens"
