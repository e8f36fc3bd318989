"""The learning rate in the toolbar, by keys: typed, handed over, taken back, undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from window_help import opened

from vitrine.gui.forms.rate_field import RateField
from vitrine.gui.window.main_window import MainWindow

FIRST = 0.001


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot, 1500, 900)


@pytest.fixture
def field(window: MainWindow, qtbot: Any) -> RateField:
    rate = window.run_bar.rate
    rate.setFocus()
    qtbot.waitUntil(rate.hasFocus)
    assert rate.value == FIRST
    return rate


def type_over(qtbot: Any, field: RateField, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_space_trains_after_enter_and_takes_what_is_typed_without(window: MainWindow, field: RateField, qtbot: Any) -> None:
    """It typed a blank in place of the number."""
    type_over(qtbot, field, "0.002")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.selectedText() == "0.002"
    qtbot.keyClick(field, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.runs.step > 0, timeout=10_000)
    assert field.text() == "0.002"
    type_over(qtbot, field, "0.004")
    qtbot.keyClick(field, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert window.document.experiment.optimizer.learning_rate == 0.004


def test_undo_after_enter_is_the_experiments(window: MainWindow, field: RateField, qtbot: Any) -> None:
    """The field alone went back, and showed a rate that nothing was trained with."""
    type_over(qtbot, field, "0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "0.001" and window.document.experiment.optimizer.learning_rate == FIRST
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert field.text() == "0.5" and window.document.experiment.optimizer.learning_rate == 0.5


def test_what_is_undone_elsewhere_shows_in_the_field(window: MainWindow, field: RateField, qtbot: Any) -> None:
    type_over(qtbot, field, "0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    window.commands["undo"].trigger()
    assert field.text() == "0.001"
    window.canvas.setFocus()
    assert window.document.experiment.optimizer.learning_rate == FIRST, "it must not be handed over again"


def test_escape_gives_the_rate_back(window: MainWindow, field: RateField, qtbot: Any) -> None:
    type_over(qtbot, field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.001"
    window.canvas.setFocus()
    assert window.document.experiment.optimizer.learning_rate == FIRST


def test_a_save_counts_what_is_typed(window: MainWindow, field: RateField, qtbot: Any, tmp_path: Any) -> None:
    window.document.load(window.document.experiment, tmp_path / "a.vitrine")
    type_over(qtbot, field, "0.25")
    window.commands["save"].trigger()
    assert window.document.experiment.optimizer.learning_rate == 0.25
    qtbot.waitUntil(lambda: (tmp_path / "a.vitrine").exists(), timeout=10_000)
