"""Predictions: what the cards and cells say, filters, pages, empty parts, regressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from panel_help import MLP, Autoencoder, Regression, Run, color_at, count_color, grab, show, trained
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from vitrine.gui.look import theme
from vitrine.gui.panels.confusion.panel import ConfusionPanel
from vitrine.gui.panels.predictions.panel import PredictionsPanel
from vitrine.gui.widgets.color_bar import LEFT, ColorBar


@pytest.fixture
def run() -> Iterator[Run]:
    yield from trained(MLP, 45, paused=True)


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


def test_values_are_whole_where_the_names_of_features_are_long(qtbot: Any) -> None:
    """It said populati..., and not how large it is."""
    run = Regression()
    panel = run.open(PredictionsPanel)
    show(qtbot, panel)
    answer = run.feed(panel)
    view = panel.cards
    view.features = ("population of the city",)
    value, metrics = float(answer.examples.x[1].flat[0]), QFontMetrics(view._font(10))
    line = view.input_lines(1, metrics)[0]
    assert line.endswith(f" {value:.3g}") and line.startswith("p") and metrics.horizontalAdvance(line) < 60
    assert f"\npopulation of the city = {value:.4g}" in view.tip(1)


def test_two_classes_by_name(qtbot: Any) -> None:
    run = Run((("Dense", {"units": 1, "activation": "Sigmoid"}),), "Circles", loss="BinaryCrossEntropy")
    run.train(5)
    panel = run.open(PredictionsPanel)
    show(qtbot, panel)
    run.feed(panel)
    assert panel.cards.predicted_text(0) in ("negative", "positive")
    assert panel.cards.probabilities(0).sum() == pytest.approx(1.0)
    assert grab(panel.cards).width() > 0


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
