"""Feature maps, and what unit weights share with them: what is drawn, read off under the mouse, selected, paged; layers come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from panel_help import CNN, Run, color_at, grab, graph_of, hover, pixel_of, trained
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from vitrine.core.pictures import mosaic
from vitrine.core.probes.step_numbers import StepNumbers
from vitrine.gui.look import theme
from vitrine.gui.panels.feature_maps import FeatureMapsPanel
from vitrine.gui.panels.unit_weights import UnitWeightsPanel
from vitrine.gui.widgets.charts.axes import value_text


@pytest.fixture
def run() -> Iterator[Run]:
    yield from trained(CNN, 20)


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
    panel = run.shown(qtbot, FeatureMapsPanel, 520, 300)
    run.train(5)
    answer = run.feed(panel)
    assert answer.values.shape == (4, 32, 32) and panel.caption.text() == "training points"
    table = theme.diverging_table()
    assert color_at(panel.maps, panel.maps.tile_rect(0).center().toPoint()) in [QColor(*c) for c in table.tolist()]


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
