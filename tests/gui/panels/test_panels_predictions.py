"""Predictions and the confusion matrix: what the cards and cells say, filters, pages, empty parts, regressions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from panel_help import MLP, Autoencoder, Regression, Run, color_at, count_color, grab, show
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from vitrine.gui.look import theme
from vitrine.gui.panels.confusion.matrix_view import percent
from vitrine.gui.panels.confusion.panel import ConfusionPanel
from vitrine.gui.panels.predictions.panel import PredictionsPanel
from vitrine.gui.widgets.color_bar import LEFT, ColorBar


@pytest.fixture
def run() -> Run:
    run = Run(MLP)
    run.train(45)
    run.trainer.control.pause()
    return run


@pytest.fixture
def cards(qtbot: Any, run: Run) -> PredictionsPanel:
    panel = run.open(PredictionsPanel)
    show(qtbot, panel, 640, 300)
    return panel


@pytest.fixture
def confusion(qtbot: Any, run: Run) -> ConfusionPanel:
    panel = run.open(ConfusionPanel)
    show(qtbot, panel, 520, 320)
    return panel


# -- predictions ------------------------------------------------------------------------------------------------------------------------


def test_cards_say_what_the_network_says(cards: PredictionsPanel, run: Run) -> None:
    assert "Press Space" in cards.body.text
    answer = run.feed(cards)
    x, y = run.data.split("validation")
    probabilities = run.trainer.network.predict(x[:3])
    view = cards.cards
    assert len(answer.examples.rows) == view.capacity >= 8
    for i in range(3):
        assert view.true_text(i) == str(y[i]) and view.predicted_text(i) == str(probabilities[i].argmax())
        assert view.is_mistake(i) == (probabilities[i].argmax() != y[i])
        np.testing.assert_allclose(view.probabilities(i), probabilities[i], rtol=1e-5)


def test_an_answer_that_is_no_number_is_a_mistake_and_told(cards: PredictionsPanel, run: Run) -> None:
    """After an update that broke the weights; the first class would else seem right."""
    run.trainer.network.params[...] = np.nan
    run.feed(cards)
    view = cards.cards
    y = run.data.split("validation")[1]
    shown = range(len(view.rows))
    assert all(view.predicted_text(i) == "no number (NaN)" and view.is_mistake(i) for i in shown)
    assert any(y[view.rows[i]] == 0 for i in shown)
    assert view.tip(0).endswith("predicted no number (NaN)")
    picture = grab(view)
    assert count_color(view, theme.color("good")) == 0 and not picture.isNull()


@pytest.mark.parametrize("scale", [9.5e8, 1.5e15, 3.2e-7, 0.405, 12.0])
@pytest.mark.parametrize("name", ["diverging", "magnitude"])
def test_numbers_fit_beside_the_colors(qtbot: Any, name: str, scale: float) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_scale(name, scale)
    assert max(QFontMetrics(bar.letters()).horizontalAdvance(label) for label in bar.labels) <= bar.width() - LEFT, bar.labels


def test_bars_are_as_long_as_probabilities(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    view = cards.cards
    bars = view._bars(view.card_rect(0))
    truth = int(view.examples.y[0])
    share = float(view.probabilities(0)[truth])
    column = bars.left() + (truth + 0.5) * bars.width() / 10
    image = grab(view)
    filled = sum(image.pixelColor(int(column), y) == theme.color("accent") for y in range(int(bars.top()) - 1, int(bars.bottom()) + 1))
    assert filled == pytest.approx(share * bars.height(), abs=1.5)


def test_other_data_with_the_same_rows_brings_its_own_pictures(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    view = cards.cards
    before = grab(view)
    assert view.examples is not None and view.examples.pictures is not None
    other = replace(view.examples, pictures=np.zeros_like(view.examples.pictures))
    cards.clear()
    view.show_examples(other, view.split, view.classes, view.features)
    cards.body.show_content()
    after = grab(view)
    spot = view.card_rect(0).topLeft().toPoint() + QPoint(22, 24)  # in the picture's middle
    reach = [(dx, dy) for dx in range(-14, 15, 2) for dy in range(-14, 15, 2)]
    assert any(before.pixelColor(spot + QPoint(*d)) != after.pixelColor(spot + QPoint(*d)) for d in reach)
    assert len({after.pixelColor(spot + QPoint(*d)).rgb() for d in reach}) == 1


def test_only_mistakes(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    QTest.mouseClick(cards.mistakes, Qt.MouseButton.LeftButton)
    answer = run.feed(cards)
    assert answer.total > 0 and all(cards.cards.is_mistake(i) for i in range(len(answer.examples.rows)))
    total = len(run.data.split("validation")[0])
    assert cards.note.text() == f"{answer.total:,} wrong of {total:,}"
    assert count_color(cards.cards, theme.color("error"), near=30) > 20, "verdicts in the colour of errors"


def test_no_mistakes_is_said(cards: PredictionsPanel, run: Run) -> None:
    QTest.mouseClick(cards.mistakes, Qt.MouseButton.LeftButton)
    y = run.data.split("validation")[1]
    run.trainer._evaluated["validation"] = (run.trainer.step, np.eye(10, dtype=np.float32)[y])
    run.feed(cards)
    assert cards.body.text == f"No mistakes among {len(y)} validation examples."


def test_pages_by_keys_and_buttons(cards: PredictionsPanel, run: Run) -> None:
    first = run.feed(cards)
    size = len(first.examples.rows)
    cards.cards.setFocus()
    QTest.keyClick(cards.cards, Qt.Key.Key_PageDown)
    assert run.feed(cards).examples.rows[0] == size
    QTest.mouseClick(cards.pager.next, Qt.MouseButton.LeftButton)
    assert run.feed(cards).examples.rows[0] == 2 * size
    assert cards.pager.label.text() == f"{2 * size + 1}–{3 * size} of 270"
    QTest.keyClick(cards.cards, Qt.Key.Key_Home)
    assert run.feed(cards).examples.rows[0] == 0 and not cards.pager.back.isEnabled()


def test_a_click_chooses_the_example(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    QTest.mouseClick(cards.cards, Qt.MouseButton.LeftButton, pos=cards.cards.card_rect(5).center().toPoint())
    assert run.session.focus.sample == ("validation", 5)
    corner = cards.cards.card_rect(5)
    assert color_at(cards.cards, QPoint(int(corner.center().x()), int(corner.top()) - 3)) == theme.color("accent")


def test_tooltip_has_the_numbers_in_full(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    text = cards.cards.tip(1)
    probabilities = cards.cards.probabilities(1)
    assert text.startswith("validation example 2: true ") and f"{probabilities.max() * 100:.2f} %" in text


def test_another_part(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    asked = []
    cards.request_changed.connect(lambda: asked.append(cards.request()))
    cards.split.setCurrentIndex(cards.split.findData("train"))
    assert asked and asked[-1].split == "train"
    assert run.feed(cards).total == len(run.data.split("train")[0])


def test_an_empty_validation_part_gives_way_to_training(qtbot: Any) -> None:
    run = Run(MLP, train=1.0, validation=0.0)
    for kind in (PredictionsPanel, ConfusionPanel):
        panel = run.open(kind)
        show(qtbot, panel)
        assert panel.split.currentData() == "train"
        panel.split.setCurrentIndex(panel.split.findData("test"))
        run.feed(panel)
        assert panel.body.text.startswith("The test part is empty")


def test_regression_cards(qtbot: Any) -> None:
    run = Regression()
    run.train(30)
    panel = run.open(PredictionsPanel)
    show(qtbot, panel)
    answer = run.feed(panel)
    view = panel.cards
    assert not panel.mistakes.isVisible() and answer.examples.predicted is None
    assert float(view.true_text(0)) == pytest.approx(float(answer.examples.y[0, 0]), rel=1e-2)
    assert float(view.predicted_text(0)) == pytest.approx(float(answer.examples.outputs[0, 0]), rel=1e-2)
    signed = count_color(view, theme.color("positive")) + count_color(view, theme.color("negative"))
    assert signed > 20, "errors are drawn with their sign"


def test_two_classes_by_name(qtbot: Any) -> None:
    run = Run((("Dense", {"units": 1, "activation": "Sigmoid"}),), "Circles", loss="BinaryCrossEntropy")
    run.train(5)
    panel = run.open(PredictionsPanel)
    show(qtbot, panel)
    run.feed(panel)
    assert panel.cards.predicted_text(0) in ("negative", "positive")
    assert panel.cards.probabilities(0).sum() == pytest.approx(1.0)
    assert grab(panel.cards).width() > 0


# -- confusion matrix -------------------------------------------------------------------------------------------------------------------


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


def test_fits_a_small_dock(confusion: ConfusionPanel, cards: PredictionsPanel, run: Run) -> None:
    for panel in (confusion, cards):
        panel.resize(240, 130)
        run.feed(panel)
        grab(panel)
    assert confusion.matrix.cell(9, 9).bottom() < confusion.matrix.height()
    assert cards.cards.capacity >= 1


def test_both_themes_paint(confusion: ConfusionPanel, cards: PredictionsPanel, run: Run) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    for panel in (confusion, cards):
        run.feed(panel)
    theme.apply(app, "dark")
    try:
        for panel, view in ((confusion, confusion.matrix), (cards, cards.cards)):
            panel.theme_changed()
            assert color_at(view, QPoint(1, view.height() - 2)) == QColor(theme.DARK.surface)
    finally:
        theme.apply(app, "light")


def test_clear_forgets(confusion: ConfusionPanel, cards: PredictionsPanel, run: Run) -> None:
    for panel in (confusion, cards):
        run.feed(panel)
        panel.clear()
        assert "Press Space" in panel.body.text and panel.note.text() == ""


def test_pictures_that_a_network_makes_stand_beside_its_input(qtbot: Any) -> None:
    run = Autoencoder()
    run.train(20)
    panel = run.open(PredictionsPanel)
    show(qtbot, panel)
    answer = run.feed(panel)
    assert answer.examples.output_pictures.shape == (len(answer.examples.rows), 8, 8)
    x = run.data.split("validation")[0]
    np.testing.assert_allclose(answer.examples.output_pictures[1], run.trainer.network.predict(x[1:2])[0, :, :, 0], rtol=1e-5)
    card = panel.cards.card_rect(1)
    shown = [color_at(panel.cards, QPoint(int(card.left()) + 58 + 3 + 6 * k, int(card.top()) + 3 + 6 * k)).red() for k in range(8)]
    target = x[1, :, :, 0]
    wanted = [int(np.clip(round(254 * float(answer.examples.output_pictures[1][k, k]) / float(target.max())), 0, 254)) for k in range(8)]
    np.testing.assert_allclose(shown, wanted, atol=3)
    confusion = run.open(ConfusionPanel)
    show(qtbot, confusion)
    assert len(run.feed(confusion).residuals.true) > 1000, "every pixel counts, not the first alone"


def test_arrows_choose_the_example(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    cards.cards.setFocus()
    QTest.keyClick(cards.cards, Qt.Key.Key_Right)
    QTest.keyClick(cards.cards, Qt.Key.Key_Right)
    assert run.session.focus.sample == ("validation", 2)
    QTest.keyClick(cards.cards, Qt.Key.Key_Down)
    assert run.session.focus.sample == ("validation", 2 + 640 // 150)
    for _ in range(3):
        QTest.keyClick(cards.cards, Qt.Key.Key_Up)
    assert run.session.focus.sample == ("validation", 2), "nothing above the first row"


def test_pages_are_said_more_briefly_in_a_narrow_dock(cards: PredictionsPanel, run: Run) -> None:
    run.feed(cards)
    assert cards.pager.label.shown == cards.pager.label.text()
    cards.resize(225, 180)
    run.feed(cards)
    QApplication.processEvents()
    assert cards.pager.label.text() == "1–2 of 270" and cards.pager.label.shown == "1–2"
    assert cards.pager.next.mapTo(cards, QPoint(cards.pager.next.width(), 0)).x() <= 225 and not cards.split.cut


# -- from a cell to its examples --------------------------------------------------------------------------------------------------------


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
    run.session.current.data = None
    QTest.mouseClick(confusion.matrix, Qt.MouseButton.LeftButton, pos=confusion.matrix.cell(3, 5).center().toPoint())
    assert run.session.focus.pair == ("validation", 3, 5) and cards.chip.text().startswith("3 taken for 5")
