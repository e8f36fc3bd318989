"""The confusion matrix and the residuals: counts, cells in words, and from a cell to its examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from panel_help import MLP, Regression, Run, color_at, count_color, grab, show, trained
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from vitrine.gui.look import theme
from vitrine.gui.panels.confusion.matrix_view import percent
from vitrine.gui.panels.confusion.panel import ConfusionPanel
from vitrine.gui.panels.predictions.panel import PredictionsPanel


@pytest.fixture
def run() -> Iterator[Run]:
    yield from trained(MLP, 45, paused=True)


def test_matrix_and_summary(confusion: ConfusionPanel, run: Run) -> None:
    assert "Press Space" in confusion.body.text
    answer = run.feed(confusion)
    accuracy = run.trainer.evaluate("validation")["validation_accuracy"]
    assert confusion.note.text() == f"accuracy {accuracy * 100:.1f} % · 270 examples · step 45"
    assert answer.counts.counts.sum() == 270
    hits = np.diagonal(answer.counts.counts)
    best = int(hits.argmax())
    cell = confusion.matrix.cell(best, best).toRect()
    shown = color_at(confusion.matrix, QPoint(cell.left() + 2, cell.top() + 2))
    blue = QColor(theme.current().series[0])
    assert abs(shown.hue() - blue.hue()) < 15 and shown.saturation() > 80, "what is right stands out in blue"


@pytest.mark.parametrize(
    ("seen", "total", "words"), [(1, 1, "1 example"), (1, 9, "the first 1 of 9 examples"), (1200, 1200, "1,200 examples")]
)
def test_one_example_is_not_many(confusion: ConfusionPanel, run: Run, seen: int, total: int, words: str) -> None:
    confusion.draw(replace(run.feed(confusion), seen=seen, total=total))
    assert words in confusion.note.text().split(" · ")


def test_cells_in_words(qtbot: Any, confusion: ConfusionPanel, run: Run) -> None:
    answer = run.feed(confusion)
    counts = answer.counts.counts
    row, column = np.unravel_index(int((counts - np.diag(np.diagonal(counts))).argmax()), counts.shape)
    place = confusion.matrix.cell(int(row), int(column)).center().toPoint()
    assert confusion.matrix.cell_at(place.toPointF()) == (row, column)
    QApplication.sendEvent(confusion.matrix, QHelpEvent(QEvent.Type.ToolTip, place, confusion.matrix.mapToGlobal(place)))
    wanted = f"{counts[row, column]} of {counts[row].sum()} examples of {row} were taken for {column}"
    qtbot.waitUntil(lambda: QToolTip.text().startswith(wanted))
    assert f"recall of {row} {percent(answer.counts.recall[row])}" in QToolTip.text()
    QToolTip.hideText()


def test_training_changes_the_matrix(confusion: ConfusionPanel, run: Run) -> None:
    run.feed(confusion)
    before = grab(confusion.matrix)
    run.trainer.control.run()
    run.train(200)
    run.trainer.control.pause()
    run.feed(confusion)
    assert grab(confusion.matrix) != before


def test_the_same_counts_are_not_painted_again(confusion: ConfusionPanel, run: Run) -> None:
    run.feed(confusion)
    grab(confusion.matrix)
    painted = confusion.matrix._pixmap
    run.feed(confusion)
    grab(confusion.matrix)
    assert confusion.matrix._pixmap is painted is not None


def test_regression_shows_residuals(qtbot: Any) -> None:
    run = Regression()
    run.train(60)
    run.trainer.control.pause()
    panel = run.open(ConfusionPanel)
    show(qtbot, panel)
    answer = run.feed(panel)
    assert panel.views.currentWidget() is panel.residuals
    true, predicted = run.data.split("validation")[1][:, 0], run.trainer.network.predict(run.data.split("validation")[0])[:, 0]
    assert answer.residuals.rmse == pytest.approx(float(np.sqrt(np.mean((true - predicted) ** 2))), rel=1e-4)
    assert panel.note.text().startswith("RMSE ") and count_color(panel.residuals, theme.color("accent")) > 30


def confused(counts: np.ndarray) -> tuple[int, int]:
    """The most frequent mistake: true and predicted class."""
    counts = counts - np.diag(np.diagonal(counts))
    row, column = np.unravel_index(int(counts.argmax()), counts.shape)
    return int(row), int(column)


def test_a_cell_shows_its_examples(qtbot: Any, confusion: ConfusionPanel, cards: PredictionsPanel, run: Run) -> None:
    cards.mistakes.click()
    counts = run.feed(confusion).counts.counts
    true, taken = confused(counts)
    place = confusion.matrix.cell(true, taken).center().toPoint()
    with qtbot.waitSignals([cards.wanted, cards.request_changed]):
        QTest.mouseClick(confusion.matrix, Qt.MouseButton.LeftButton, pos=place)
    answer = run.feed(cards)
    x, y = run.data.split("validation")
    predicted = run.trainer.network.predict(x).argmax(axis=1)
    wanted = np.flatnonzero((y == true) & (predicted == taken))
    assert answer.total == counts[true, taken] == len(wanted) > 0
    np.testing.assert_array_equal(answer.examples.rows, wanted[: len(answer.examples.rows)])
    assert cards.chip.isVisible() and cards.chip.text().startswith(f"{true} taken for {taken}")
    assert confusion.matrix.current == (true, taken) and not cards.mistakes.isChecked() and not cards.mistakes.isEnabled()
    QTest.mouseClick(cards.chip, Qt.MouseButton.LeftButton)
    assert not cards.chip.isVisible() and confusion.matrix.current is None and cards.mistakes.isEnabled()
    assert run.feed(cards).total == len(y)


def test_a_cell_by_keys_and_a_cell_without_examples(confusion: ConfusionPanel, cards: PredictionsPanel, run: Run) -> None:
    counts = run.feed(confusion).counts.counts
    row, column = (int(k[0]) for k in np.nonzero(counts == 0))
    confusion.matrix.setFocus()
    for key, presses in ((Qt.Key.Key_Right, 1 + column), (Qt.Key.Key_Down, row)):
        for _ in range(presses):
            QTest.keyClick(confusion.matrix, key)
    assert confusion.matrix.current == (row, column) and run.session.focus.pair is None
    QTest.keyClick(confusion.matrix, Qt.Key.Key_Return)
    assert run.session.focus.pair == ("validation", row, column)
    run.feed(cards)
    assert f"is a {row} that is taken for {column} now" in cards.body.text


def test_the_filter_follows_the_part_of_the_data_and_ends_with_the_document(
    confusion: ConfusionPanel, cards: PredictionsPanel, run: Run
) -> None:
    confusion.split.setCurrentIndex(confusion.split.findData("train"))
    run.feed(confusion)
    QTest.mouseClick(confusion.matrix, Qt.MouseButton.LeftButton, pos=confusion.matrix.cell(4, 4).center().toPoint())
    assert cards.split.currentData() == "train" and run.feed(cards).split == "train"
    run.document.load(run.experiment)
    assert run.session.focus.pair is None and not cards.chip.isVisible()
    run.session.close()


def test_a_click_while_other_data_are_on_their_way(confusion: ConfusionPanel, cards: PredictionsPanel, run: Run) -> None:
    """The matrix still shows the run of before; the new one has no data yet, and so no classes with names."""
    run.feed(confusion)
    run.session.runs.current.data = None
    QTest.mouseClick(confusion.matrix, Qt.MouseButton.LeftButton, pos=confusion.matrix.cell(3, 5).center().toPoint())
    assert run.session.focus.pair == ("validation", 3, 5) and cards.chip.text().startswith("3 taken for 5")
