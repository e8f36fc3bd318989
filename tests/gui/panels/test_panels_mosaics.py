"""Feature maps and unit weights: what is drawn, read off under the mouse, selected, paged; layers come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from panel_help import CNN, MLP, Run, color_at, grab, graph_of, show
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from vitrine.core.pictures import mosaic
from vitrine.core.probes.step_numbers import StepNumbers
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed
from vitrine.gui.panels.feature_maps import FeatureMapsPanel
from vitrine.gui.panels.unit_weights import UnitWeightsPanel
from vitrine.gui.widgets.axes import value_text
from vitrine.gui.widgets.mosaic.mosaic_view import MosaicView


@pytest.fixture
def run() -> Iterator[Run]:
    run = Run(CNN)
    run.train(20)
    yield run
    run.session.close()  # an edit of the document makes the session prepare a run of its own


@pytest.fixture
def maps(qtbot: Any, run: Run) -> FeatureMapsPanel:
    panel = run.open(FeatureMapsPanel)
    show(qtbot, panel, 520, 300)
    return panel


@pytest.fixture
def weights(qtbot: Any, run: Run) -> UnitWeightsPanel:
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 520, 300)
    return panel


def pixel_of(view: MosaicView, tile: int, y: int, x: int) -> QPoint:
    """The middle of a tile's pixel on the view."""
    rect = view.tile_rect(tile)
    across, down = rect.width() / view.layout_.width, rect.height() / view.layout_.height
    return QPoint(int(rect.left() + (x + 0.5) * across), int(rect.top() + (y + 0.5) * down))


def hover(qtbot: Any, view: MosaicView, place: QPoint) -> None:
    QTest.mouseMove(view, place)
    qtbot.waitUntil(lambda: view.hovered is not None)


# -- feature maps -----------------------------------------------------------------------------------------------------------------------


def test_begins_with_the_first_convolution(maps: FeatureMapsPanel) -> None:
    assert maps.chooser.layer == "conv2d_1" and "Press Space" in maps.body.text


def test_every_map_is_drawn_in_its_colours(maps: FeatureMapsPanel, run: Run) -> None:
    answer = run.feed(maps)
    table = theme.magnitude_table()
    for tile, y, x in ((0, 0, 0), (3, 2, 4), (5, 5, 5)):
        code = mosaic.magnitude(answer.values, answer.scale)[tile, y, x]
        assert color_at(maps.maps, pixel_of(maps.maps, tile, y, x)) == QColor(*table[code].tolist())
    x, y = run.data.split("validation")
    assert maps.caption.text() == f"input: {y[0]}"
    code = mosaic.gray(x[0, :, :, 0], 0, float(x[0].max()))[3, 4]
    assert color_at(maps.input, pixel_of(maps.input, 0, 3, 4)) == QColor(code, code, code)


def test_training_changes_the_maps(maps: FeatureMapsPanel, run: Run) -> None:
    run.feed(maps)
    before = grab(maps.maps)
    run.train(60)
    run.feed(maps)
    assert grab(maps.maps) != before


def test_hover_enlarges_and_says_values(qtbot: Any, maps: FeatureMapsPanel, run: Run) -> None:
    answer = run.feed(maps)
    hover(qtbot, maps.maps, pixel_of(maps.maps, 4, 2, 3))
    magnifier = maps.maps.magnifier
    assert magnifier.isVisible() and magnifier.width() > 100
    value = float(answer.values[4, 2, 3])
    assert magnifier.lines[:2] == ["map 5", f"row 3, column 4: {value_text(value)}"]
    run.train(5)
    answer = run.feed(maps)
    assert magnifier.lines[1].endswith(value_text(float(answer.values[4, 2, 3]))), "live under a resting mouse"
    maps.maps.hide()
    assert not magnifier.isVisible()


def test_click_selects_the_unit_for_all_views(qtbot: Any, maps: FeatureMapsPanel, weights: UnitWeightsPanel, run: Run) -> None:
    run.feed(maps)
    run.feed(weights)
    QTest.mouseClick(maps.maps, Qt.MouseButton.LeftButton, pos=pixel_of(maps.maps, 2, 1, 1))
    assert run.session.focus.unit == ("conv2d_1", 2)
    assert maps.maps.current == 2 and weights.tiles.current == 2
    QTest.keyClick(weights.tiles, Qt.Key.Key_Right)
    assert run.session.focus.unit == ("conv2d_1", 3) and maps.maps.current == 3
    frame = maps.maps.tile_rect(3).toRect()
    assert color_at(maps.maps, QPoint(frame.center().x(), frame.top() - 1)) == theme.color("accent")


def test_follows_the_canvas_selection_until_told_not_to(maps: FeatureMapsPanel, run: Run) -> None:
    asked = []
    maps.request_changed.connect(lambda: asked.append(maps.chooser.layer))
    run.document.select(["dense_1"])
    assert maps.chooser.layer == "dense_1" and asked == ["dense_1"]
    answer = run.feed(maps)
    assert answer.values.shape == (10, 1, 1) and maps.maps.describe(7) == "unit 8"
    maps.chooser.follow.click()
    run.document.select(["conv2d_1"])
    assert maps.chooser.layer == "dense_1"
    maps.chooser.follow.click()
    assert maps.chooser.layer == "conv2d_1"


def test_choosing_by_hand_stops_following(maps: FeatureMapsPanel, run: Run) -> None:
    run.document.select(["conv2d_1"])
    box = maps.chooser.box
    box.setCurrentIndex(box.findData("flatten_1"))
    box.activated.emit(box.currentIndex())
    assert maps.chooser.layer == "flatten_1" and not maps.chooser.follow.isChecked()


def test_renamed_and_removed_layers(maps: FeatureMapsPanel, run: Run) -> None:
    run.document.rename_node("conv2d_1", "edges")
    assert maps.chooser.layer == "edges"
    run.document.edit_graph(run.document.graph.remove(["edges"]), "Remove")
    assert maps.chooser.layer == "dense_1" and maps.chooser.box.findData("edges") < 0
    run.document.undo_stack.undo()
    assert maps.chooser.box.findData("edges") >= 0


def test_renaming_a_layer_that_is_not_the_first_keeps_it_in_view(maps: FeatureMapsPanel, run: Run) -> None:
    run.document.select(["dense_1"])
    assert maps.chooser.layer == "dense_1"
    run.document.rename_node("dense_1", "answer")
    assert maps.chooser.layer == "answer" and run.document.selection == ["answer"]
    run.document.undo_stack.undo()
    assert maps.chooser.layer == "dense_1"


def test_a_layer_that_the_run_does_not_know(maps: FeatureMapsPanel, run: Run) -> None:
    run.document.rename_node("conv2d_1", "edges")
    run.feed(maps)
    assert "edges is not part of the prepared network" in maps.body.text


def test_an_answer_to_another_question_is_not_drawn(maps: FeatureMapsPanel, run: Run) -> None:
    probe = maps.request()
    frame = run.trainer.frame(1, {maps.id: probe})
    run.document.select(["dense_1"])
    maps.draw(frame.answers[maps.id])
    assert maps.maps.picture is None


def test_no_network_no_question(qtbot: Any, maps: FeatureMapsPanel, run: Run) -> None:
    run.document.edit_graph(graph_of(()).remove(["input_1"]), "Clear")
    assert maps.request() is None and "no layers yet" in maps.body.text


def test_another_example(qtbot: Any, maps: FeatureMapsPanel, run: Run) -> None:
    run.feed(maps)
    with qtbot.waitSignal(run.session.focus.sample_changed) as caught:
        QTest.keyClick(maps.sample.number, Qt.Key.Key_Up)
    assert caught.args == ["validation", 1]
    answer = run.feed(maps)
    assert answer.sample == 1 and maps.caption.text() == f"input: {run.data.split('validation')[1][1]}"
    run.session.focus.select_sample("test", 40)
    assert (maps.sample.split, maps.sample.index) == ("test", 40)
    run.feed(maps)
    np.testing.assert_array_equal(maps.input.values[0], run.data.split("test")[0][40, :, :, 0])


def test_random_example_stays_in_range(maps: FeatureMapsPanel, run: Run) -> None:
    count = len(run.data.split("validation")[0])
    seen = set()
    for _ in range(20):
        maps.sample.random.click()
        seen.add(maps.sample.index)
    assert len(seen) > 5 and min(seen) >= 0 and max(seen) < count


def test_colour_bar_holds_still(maps: FeatureMapsPanel, run: Run) -> None:
    run.feed(maps)
    first = maps.scale_bar.scale
    for _ in range(3):
        run.train(1)
        answer = run.feed(maps, times=1)
        assert answer.scale >= first * 0.5
    assert maps.scale_bar.labels[2] == "0" and maps.scale_bar.labels[0] == value_text(maps.scale_bar.scale)


def test_follows_the_theme(maps: FeatureMapsPanel, run: Run) -> None:
    run.feed(maps)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "dark")
    try:
        maps.theme_changed()
        assert color_at(maps.maps, QPoint(1, 1)) == QColor(theme.DARK.surface)
    finally:
        theme.apply(app, "light")


def test_points_in_the_plane_show_units_over_it(qtbot: Any) -> None:
    run = Run((("Dense", {"units": 4, "activation": "Tanh"}), ("Dense", {"units": 2, "activation": "Softmax"})), "Circles")
    panel = run.open(FeatureMapsPanel)
    show(qtbot, panel, 520, 300)
    run.train(5)
    answer = run.feed(panel)
    assert answer.values.shape == (4, 32, 32) and panel.caption.text() == "training points"
    table = theme.diverging_table()
    assert color_at(panel.maps, panel.maps.tile_rect(0).center().toPoint()) in [QColor(*c) for c in table.tolist()]


# -- unit weights -----------------------------------------------------------------------------------------------------------------------


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
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 400, 220)
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
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 400, 220)
    run.document.select(["dense_2"])
    answer = run.feed(panel)
    assert answer.rows and panel.tiles.stretched
    hover(qtbot, panel.tiles, pixel_of(panel.tiles, 9, 0, 19))
    value = float(run.trainer.network.views["dense_2/W"][19, 9])
    assert panel.tiles.magnifier.lines[:2] == ["dense_2, unit 10", f"input 20: {value_text(value)}"]


def test_gates_of_a_recurrent_layer(qtbot: Any) -> None:
    run = Run((("Reshape", {"target_shape": (8, 8)}), ("LSTM", {"units": 5}), ("Dense", {"units": 10, "activation": "Softmax"})))
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 400, 300)
    run.feed(panel)
    assert panel.chooser.layer == "lstm_1"
    QTest.mouseClick(panel.tiles, Qt.MouseButton.LeftButton, pos=pixel_of(panel.tiles, 13, 0, 2))
    assert panel.tiles.describe(13) == "lstm_1, unit 4, gate 3 of 4"
    assert run.session.focus.unit == ("lstm_1", 3) and panel.tiles.current == 13
    run.session.focus.select_unit("lstm_1", 4)
    assert panel.tiles.current == 4


def test_question_settles(weights: UnitWeightsPanel, maps: FeatureMapsPanel, run: Run) -> None:
    """A paused run is asked until the question stays the same: it must."""
    for panel in (weights, maps):
        run.feed(panel, times=3)
        settled = panel.request()
        run.feed(panel, times=1)
        assert panel.request() == settled


def test_clear_forgets(weights: UnitWeightsPanel, maps: FeatureMapsPanel, run: Run) -> None:
    for panel in (weights, maps):
        run.feed(panel)
        assert panel.body.text == ""
        panel.clear()
        assert "Press Space" in panel.body.text


@pytest.mark.parametrize("width", [220, 260])
def test_controls_fit_a_narrow_dock(qtbot: Any, maps: FeatureMapsPanel, run: Run, width: int) -> None:
    run.feed(maps)
    maps.resize(width, 180)
    shown = [maps.chooser.box, maps.chooser.follow, maps.sample.box, maps.sample.number, maps.sample.random]

    def fit() -> bool:
        places = [w.mapTo(maps, QPoint(0, 0)).x() for w in shown]
        return all(left + w.width() <= right for left, w, right in zip(places, shown, [*places[1:], width]))

    qtbot.waitUntil(fit)  # layouts settle over several rounds of events
    assert not maps.sample.box.cut and maps.chooser.box.cut == (width == 220)
    if maps.chooser.box.cut:
        place = maps.chooser.box.rect().center()
        QApplication.sendEvent(maps.chooser.box, QHelpEvent(QEvent.Type.ToolTip, place, maps.chooser.box.mapToGlobal(place)))
        qtbot.waitUntil(lambda: QToolTip.text().startswith("conv2d_1\n"))
        QToolTip.hideText()


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
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 300, 220)
    run.feed(panel)
    assert panel.tiles.names == ("x1", "x2") and panel.tiles.target.top() > 14
    assert panel.tiles.lines(3, 0, 1)[1].startswith("x2: ")
    top = grab(panel.tiles).copy(0, 0, panel.tiles.width(), 18)
    run.document.select(["dense_2"])
    run.feed(panel)
    assert panel.tiles.names == () and grab(panel.tiles).copy(0, 0, panel.tiles.width(), 18) != top


def test_a_pager_gives_way_to_the_layers_name(qtbot: Any) -> None:
    run = Run((("Flatten", {}), ("Dense", {"units": 300, "activation": "ReLU"}), ("Dense", {"units": 10, "activation": "Softmax"})))
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 215, 200)
    run.feed(panel, times=3)
    label = panel.pager.label
    qtbot.waitUntil(lambda: label.width() > 10)
    assert not panel.chooser.box.cut and label.shown == label.text().split(" of ")[0]
    panel.resize(400, 200)
    run.feed(panel, times=3)
    qtbot.waitUntil(lambda: label.shown == label.text())
    assert panel.pager.next.mapTo(panel, QPoint(24, 0)).x() > 390, "at the right edge"


def test_what_is_said_is_counted_from_one_everywhere(qtbot: Any, maps: FeatureMapsPanel, weights: UnitWeightsPanel, run: Run) -> None:
    """The fifth map was "map 4" beside "1–6 of 6 units"."""
    run.feed(maps)
    run.feed(weights)
    last = maps.maps.layout_.count - 1
    assert maps.maps.lines(last, 0, 0)[:1] == [f"map {last + 1}"] and maps.maps.lines(0, 0, 0)[1].startswith("row 1, column 1: ")
    assert maps.maps.title(0) == "conv2d_1, map 1"
    assert weights.tiles.describe(5) == "conv2d_1, unit 6" and weights.pager.label.text() == "1–6 of 6"
    menu = maps.maps.make_menu((last, 0, 0))
    assert menu.actions()[0].text() == f"Enlarge map {last + 1}"
    run.document.select(["dense_1"])
    run.feed(weights)
    channels = [weights.channel.itemText(i) for i in range(weights.channel.count())]
    assert channels == ["mean", *(f"channel {i}" for i in range(1, 7))]
    found = StepNumbers(node="dense_1")(run.trainer.view)
    assert found is not None and found.weights is not None
    assert not any("[0" in name or ", 0" in name for name in found.weights.names)
    assert [name for name in StepNumbers(node="conv2d_1")(run.trainer.view).weights.names if name.startswith("b")][0] != "b[0]"
