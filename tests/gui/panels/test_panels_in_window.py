"""Panels in the real window: what one asks of another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Never

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from window_help import opened

from vitrine.gui.app import make_window
from vitrine.gui.panels.base import Panel
from vitrine.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot, 1280, 720)


def test_a_cell_of_the_confusion_matrix_brings_its_examples_to_the_front(qtbot: Any, window: MainWindow) -> None:
    docks = window.docks
    docks.docks["confusion"].raise_()
    matrix = docks.panels["confusion"].matrix
    qtbot.waitUntil(lambda: matrix.counts is not None and matrix.isVisible(), timeout=10_000)
    assert not docks.panel_visible("predictions")
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell(3, 3).center().toPoint())
    qtbot.waitUntil(lambda: docks.panel_visible("predictions"), timeout=5000)
    assert docks.panels["predictions"].chip.isVisible()
    asked = docks.panels["predictions"].request()
    assert (asked.true, asked.taken_for) == (3, 3)
    docks.docks["predictions"].close()
    window.session.focus.select_pair(("validation", 1, 1))
    assert docks.docks["predictions"].isVisible(), "a closed panel opens"


def test_a_panel_that_raises_is_taken_out_and_the_window_goes_on(qtbot: Any) -> None:
    """One can't even be made, another fails while it draws: each is named, the others and the run live on."""

    class Stillborn(Panel[Never]):
        id, title, rank = "stillborn", "Stillborn", 900

        def __init__(self, session: Any) -> None:
            raise ValueError("no room for me")

    class Clumsy(Panel[Never]):
        id, title, rank = "clumsy", "Clumsy", 901

        def draw_history(self, history: Any) -> None:
            raise RuntimeError("dropped the pencil")

    try:
        window = make_window()
        window.resize(1280, 720)
        window.show()
        said: list[str] = []
        window.session.message.connect(lambda _kind, text: said.append(text))
        window.fill()
        window.docks.docks["clumsy"].raise_()
        qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
        window.commands["run"].trigger()
        qtbot.waitUntil(lambda: window.session.runs.step > 5, timeout=30_000)
        qtbot.waitUntil(lambda: "clumsy" not in window.docks.panels, timeout=10_000)
        assert any("panel Stillborn" in text and "no room for me" in text for text in said)
        assert any("panel Clumsy" in text and "dropped the pencil" in text and "test_panels_in_window.py, line" in text for text in said)
        assert "dropped the pencil" in window.docks.docks["clumsy"].findChild(QLabel).text()
        assert "stillborn" not in window.docks.docks and "curves" in window.docks.panels
        before = window.session.runs.step
        qtbot.waitUntil(lambda: window.session.runs.step > before, timeout=10_000)
        assert len([text for text in said if "Clumsy" in text]) == 1
        window.docks.arrange()
        window.docks.theme_changed()
    finally:
        Panel.registry.forget(__name__)
        window._leaving = True
        window.close()
        window.deleteLater()
