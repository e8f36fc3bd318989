"""Unit weights: scales, units and values under the mouse, channels, pages, gates, kernels in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from panel_help import CNN, MLP, Run, color_at, grab, hover, pixel_of, show, trained
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from vitrine.core.pictures import mosaic
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed
from vitrine.gui.panels.unit_weights import UnitWeightsPanel
from vitrine.gui.widgets.charts.axes import value_text


@pytest.fixture
def run() -> Iterator[Run]:
    yield from trained(CNN, 20)


def test_weights_have_zero_in_the_middle(weights: UnitWeightsPanel, run: Run) -> None:
    answer = run.feed(weights)
    kernels = run.trainer.network.views["conv2d_1/W"]
    assert answer.values.shape == (6, 3, 3)
    table, codes = theme.diverging_table(), mosaic.diverging(kernels[1, 1, 0], answer.scale)
    for tile in range(6):
        assert color_at(weights.tiles, pixel_of(weights.tiles, tile, 1, 1)) == QColor(*table[codes[tile]].tolist())
    assert weights.scale_bar.labels[1] == "0" and weights.scale_bar.labels[2].startswith("\N{MINUS SIGN}")


def test_only_layers_with_weights_are_offered(weights: UnitWeightsPanel) -> None:
    assert [weights.chooser.box.itemText(i) for i in range(weights.chooser.box.count())] == ["conv2d_1", "dense_1"]


def test_hover_says_unit_and_value(qtbot: Any, weights: UnitWeightsPanel, run: Run) -> None:
    run.feed(weights)
    hover(qtbot, weights.tiles, pixel_of(weights.tiles, 5, 0, 2))
    value = float(run.trainer.network.views["conv2d_1/W"][0, 2, 0, 5])
    assert weights.tiles.magnifier.lines[:2] == ["conv2d_1, unit 6", f"row 1, column 3: {value_text(value)}"]


def test_channels_can_be_chosen(weights: UnitWeightsPanel, run: Run) -> None:
    run.feed(weights)
    assert not weights.channel.isVisible(), "one channel leaves no choice"
    run.document.select(["dense_1"])
    answer = run.feed(weights)
    assert weights.channel.isVisible() and weights.channel.count() == 7 and answer.values.shape == (10, 6, 6)
    weights.channel.setCurrentIndex(3)
    answer = run.feed(weights)
    expected = run.trainer.network.views["dense_1/W"][:, 4].reshape(6, 6, 6)[:, :, 2]
    np.testing.assert_array_equal(answer.values[4], expected)


def test_pages_of_units(qtbot: Any) -> None:
    run = Run((("Flatten", {}), ("Dense", {"units": 300, "activation": "ReLU"}), ("Dense", {"units": 10, "activation": "Softmax"})))
    panel = run.shown(qtbot, UnitWeightsPanel, 400, 220)
    run.feed(panel, times=3)
    size = panel.page_size
    assert 6 <= size < 300 and panel.pager.label.text() == f"1–{size} of 300"
    panel.tiles.setFocus()
    QTest.keyClick(panel.tiles, Qt.Key.Key_PageDown)
    answer = run.feed(panel)
    assert answer.start == size
    weights = run.trainer.network.views["dense_1/W"]
    np.testing.assert_array_equal(answer.values[3], weights[:, size + 3].reshape(8, 8))
    assert panel.tiles.describe(3) == f"dense_1, unit {size + 4}"
    QTest.mouseClick(panel.pager.back, Qt.MouseButton.LeftButton)
    assert run.feed(panel).start == 0
    run.session.focus.select_unit("dense_1", 299)
    answer = run.feed(panel)
    assert answer.start <= 299 < answer.start + len(answer.values)
    assert panel.tiles.current == 299 - answer.start


def test_rows_for_a_layer_on_a_vector(qtbot: Any) -> None:
    run = Run(MLP)
    panel = run.shown(qtbot, UnitWeightsPanel, 400, 220)
    run.document.select(["dense_2"])
    answer = run.feed(panel)
    assert answer.rows and panel.tiles.stretched
    hover(qtbot, panel.tiles, pixel_of(panel.tiles, 9, 0, 19))
    value = float(run.trainer.network.views["dense_2/W"][19, 9])
    assert panel.tiles.magnifier.lines[:2] == ["dense_2, unit 10", f"input 20: {value_text(value)}"]


def test_gates_of_a_recurrent_layer(qtbot: Any) -> None:
    run = Run((("Reshape", {"target_shape": (8, 8)}), ("LSTM", {"units": 5}), ("Dense", {"units": 10, "activation": "Softmax"})))
    panel = run.shown(qtbot, UnitWeightsPanel, 400, 300)
    run.feed(panel)
    assert panel.chooser.layer == "lstm_1"
    QTest.mouseClick(panel.tiles, Qt.MouseButton.LeftButton, pos=pixel_of(panel.tiles, 13, 0, 2))
    assert panel.tiles.describe(13) == "lstm_1, unit 4, gate 3 of 4"
    assert run.session.focus.unit == ("lstm_1", 3) and panel.tiles.current == 13
    run.session.focus.select_unit("lstm_1", 4)
    assert panel.tiles.current == 4


@pytest.mark.parametrize("name", ["light", "dark"])
def test_kernels_are_told_apart_in_both_themes(qtbot: Any, name: str) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    run = Run((("Conv2D", {"filters": 14}), ("Flatten", {}), ("Dense", {"units": 10, "activation": "Softmax"})))
    theme.apply(app, name)
    try:
        panel = run.open(UnitWeightsPanel)
        show(qtbot, panel, 260, 240)
        run.feed(panel, times=3)
        view, columns = panel.tiles, panel.tiles.layout_.columns
        image, ink = grab(view), mixed(theme.color("muted"), theme.color("surface"), 0.65)
        assert 14 % columns, "the last row has places without a tile"
        first = view.tile_rect(0)
        for tile in range(14):
            rect = view.tile_rect(tile)
            assert image.pixelColor(round(rect.left()), round(rect.center().y())) == ink
            assert image.pixelColor(round(rect.center().x()), round(rect.top())) == ink
        corner = QPoint(round(first.left() + (columns - 0.5) * first.width()), round(view.tile_rect(13).bottom()))
        assert image.pixelColor(corner) == theme.color("surface"), "no frame around nothing"
        ground, zero = ink.lightness(), QColor(theme.current().zero).lightness()
        assert abs(ground - zero) > 60, "no value near zero looks like a line"
    finally:
        theme.apply(app, "light")


def test_columns_bear_the_names_of_the_features(qtbot: Any) -> None:
    run = Run((("Dense", {"units": 6, "activation": "Tanh"}), ("Dense", {"units": 2, "activation": "Softmax"})), "Circles")
    panel = run.shown(qtbot, UnitWeightsPanel, 300, 220)
    run.feed(panel)
    assert panel.tiles.names == ("x1", "x2") and panel.tiles.target.top() > 14
    assert panel.tiles.lines(3, 0, 1)[1].startswith("x2: ")
    top = grab(panel.tiles).copy(0, 0, panel.tiles.width(), 18)
    run.document.select(["dense_2"])
    run.feed(panel)
    assert panel.tiles.names == () and grab(panel.tiles).copy(0, 0, panel.tiles.width(), 18) != top


def test_a_pager_gives_way_to_the_layers_name(qtbot: Any) -> None:
    run = Run((("Flatten", {}), ("Dense", {"units": 300, "activation": "ReLU"}), ("Dense", {"units": 10, "activation": "Softmax"})))
    panel = run.shown(qtbot, UnitWeightsPanel, 215, 200)
    run.feed(panel, times=3)
    label = panel.pager.label
    qtbot.waitUntil(lambda: label.width() > 10)
    assert not panel.chooser.box.cut and label.shown == label.text().split(" of ")[0]
    panel.resize(400, 200)
    run.feed(panel, times=3)
    qtbot.waitUntil(lambda: label.shown == label.text())
    assert panel.pager.next.mapTo(panel, QPoint(24, 0)).x() > 390, "at the right edge"
