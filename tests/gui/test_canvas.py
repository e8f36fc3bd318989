"""The network editor by mouse and keys: what the document holds afterwards and what the person reads on the cards."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest
from canvas_help import Hand, cnn, document_of, layer
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from core.graph import Edge, GraphSpec
from gui import theme
from gui.canvas.view import Canvas

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


@pytest.fixture
def canvas(qtbot) -> Iterator[Canvas]:
    yield from _shown(qtbot, cnn())


@pytest.fixture
def broken(qtbot) -> Iterator[Canvas]:
    """Without the Flatten, and with seven outputs for ten classes."""
    yield from _shown(qtbot, cnn().remove(["flatten_1"]).set_layer("dense_1", layer("Dense", units=7)))


@pytest.fixture
def empty(qtbot) -> Iterator[Canvas]:
    yield from _shown(qtbot, GraphSpec())


def _shown(qtbot, graph: GraphSpec) -> Iterator[Canvas]:
    document = document_of(graph)
    canvas = Canvas(document)
    canvas.resize(1200, 700)
    qtbot.addWidget(canvas)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.setFocus()
    canvas.messages = []
    canvas.message.connect(lambda kind, text: canvas.messages.append(text))
    yield canvas
    canvas.hide()


def edges(canvas: Canvas) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in canvas.document.graph.edges}


# what cards say
def test_cards_show_name_settings_shape_and_parameters(canvas):
    card = canvas.network.cards["conv2d_1"]
    assert card.name == "conv2d_1"
    assert card.face.settings == "Filters 4 · kernel size 3 · ReLU"
    assert card.face.output == "→ 6 × 6 × 4"
    assert card.face.params == "40 parameters"
    assert canvas.network.cards["flatten_1"].face.params == "No parameters"


def test_a_long_name_is_cut_on_the_card_and_whole_in_the_tooltip(canvas):
    canvas.document.rename_node("dense_1", "the_layer_with_the_very_long_name")
    card = canvas.network.cards["the_layer_with_the_very_long_name"]
    assert card.name.endswith("…")
    assert "the_layer_with_the_very_long_name" in canvas.tooltip_at(QPointF(Hand(canvas).at(card.id)))
    assert card.face.settings.startswith("Dense ·")  # the name no longer tells the type


def test_an_edit_elsewhere_keeps_items_selection_and_pictures(canvas):
    before = dict(canvas.network.cards)
    canvas.document.select(["conv2d_1"])
    canvas.set_thumbnails({"conv2d_1": (np.zeros((4, 6), np.uint8), "diverging")})
    canvas.document.set_layer("dense_1", layer("Dense", units=10, activation="Softmax"))
    assert canvas.network.cards == before
    assert before["conv2d_1"].isSelected()
    assert before["conv2d_1"].thumbnail is not None
    assert "softmax" in before["dense_1"].face.settings.lower()


# problems and fixes
def test_a_problem_stands_on_the_card_and_a_click_mends_it(broken):
    hand, card = Hand(broken), broken.network.cards["dense_1"]
    assert card.face.severity == "error"
    assert "Takes a vector" in " ".join(card.strip.lines)
    assert card.fix_titles == ["Insert Flatten"]
    hand.click(hand.at("dense_1", "fix:0"))
    assert ("flatten_1", "dense_1") in edges(broken)
    assert broken.network.cards["dense_1"].fix_titles == ["Set units to 10"]
    hand.click(hand.at("dense_1", "fix:0"))
    assert broken.document.analysis.ok
    assert not broken.network.cards["dense_1"].strip
    broken.document.undo_stack.undo()
    assert broken.document.graph["dense_1"].layer.units == 7


def test_a_fix_by_keyboard(broken):
    Hand(broken).key(KEY.Key_Return, CONTROL)
    assert "flatten_1" in broken.document.graph


def test_a_press_let_go_beside_the_button_mends_nothing(broken):
    hand = Hand(broken)
    hand.drag(hand.at("dense_1", "fix:0"), hand.ground())
    assert "flatten_1" not in broken.document.graph


def test_an_inserted_layer_finds_room(broken):
    broken.document.fix(broken.document.analysis.problems_of("dense_1")[0].fixes[0])
    places = [n.position for n in broken.document.graph.nodes]
    gaps = [abs(ax - bx) + abs(ay - by) for i, (ax, ay) in enumerate(places) for bx, by in places[:i]]
    assert min(gaps) >= 190


def test_other_data_rechecks_the_cards(canvas):
    from datasets.base import DatasetSpec

    document = canvas.document
    document.set_part("dataset", DatasetSpec.registry.get("Xor")())
    assert canvas.network.cards["conv2d_1"].face.severity == "error"
    document.undo_stack.undo()
    assert canvas.network.cards["conv2d_1"].face.severity is None


# adding
def test_an_empty_canvas_says_how_to_begin(empty):
    assert empty.empty_state.isVisible()
    button = empty.findChild(QPushButton, "canvas_begin")
    button.click()
    assert [type(n.layer).__name__ for n in empty.document.graph.nodes] == ["Input"]
    assert not empty.empty_state.isVisible()


def test_a_layer_dropped_on_an_edge_is_inserted(canvas):
    hand = Hand(canvas)
    hand.carry("Dropout", hand.edge("flatten_1", "dense_1"))
    item = canvas.network.links[Edge("flatten_1", "dense_1")]
    assert item.highlight
    assert canvas.hint.text() == "Insert between flatten_1 and dense_1"
    hand.drop("Dropout", hand.edge("flatten_1", "dense_1"))
    assert {("flatten_1", "dropout_1"), ("dropout_1", "dense_1")} <= edges(canvas)
    assert ("flatten_1", "dense_1") not in edges(canvas)
    assert canvas.document.selection == ["dropout_1"]
    assert not canvas.hint.isVisible()
    canvas.document.undo_stack.undo()
    assert ("flatten_1", "dense_1") in edges(canvas)


def test_a_layer_dropped_on_empty_canvas_is_placed_there(canvas):
    hand = Hand(canvas)
    spot = hand.ground() + QPoint(0, 60)
    hand.drop("Dropout", spot)
    node = canvas.document.graph["dropout_1"]
    assert canvas.document.graph.sources("dropout_1") == []
    assert node.position[1] >= canvas.network.cards["dense_1"].extent().bottom()
    assert canvas.network.cards["dropout_1"].face.severity == "error"


def test_a_layer_dropped_on_the_last_card_is_appended(canvas):
    hand = Hand(canvas)
    hand.drop("Dropout", hand.at("dense_1", "out") - QPoint(20, 0))
    assert ("dense_1", "dropout_1") in edges(canvas)


def test_a_drag_that_leaves_or_is_foreign_changes_nothing(canvas):
    hand, before = Hand(canvas), canvas.document.graph
    hand.carry("Dropout", hand.edge("flatten_1", "dense_1"))
    canvas.dragLeaveEvent(None)
    assert not canvas.network.links[Edge("flatten_1", "dense_1")].highlight
    hand.drop("NoSuchLayer", hand.ground())
    hand.drop("Input", hand.ground())
    assert canvas.document.graph == before
    assert canvas.messages == ["The network has its Input already"]


def test_a_network_is_built_from_nothing_by_dragging(empty):
    hand = Hand(empty)
    hand.drop("Input", QPoint(150, 200))
    hand.drop("Flatten", hand.at("input_1") + QPoint(300, 0))
    hand.drop("Dense", hand.at("flatten_1") + QPoint(300, 0))
    hand.drag(hand.at("input_1", "out"), hand.at("flatten_1", "in"))
    hand.drag(hand.at("flatten_1", "out"), hand.at("dense_1"))
    assert edges(empty) == {("input_1", "flatten_1"), ("flatten_1", "dense_1")}
    hand.click(hand.at("dense_1", "fix:0"))
    assert empty.document.analysis.ok


# connecting
def test_a_cycle_is_refused_and_said_while_dragging(canvas):
    hand, before = Hand(canvas), canvas.document.graph
    hand.drag(hand.at("dense_1", "out"), hand.at("conv2d_1"), release=False)
    assert canvas.hint.isVisible()
    assert "cycle" in canvas.hint.text()
    assert canvas.network.preview.ink == "error"
    hand.release(hand.at("conv2d_1"))
    assert canvas.document.graph == before
    assert not canvas.hint.isVisible() and not canvas.network.preview.isVisible()
    assert "cycle" in canvas.messages[-1]


def test_a_shape_that_does_not_fit_is_said_while_dragging(canvas):
    hand = Hand(canvas)
    hand.drag(hand.at("maxpool2d_1", "out"), hand.at("dense_1"), release=False)
    assert "takes a vector, got 3 × 3 × 4" in canvas.hint.text()
    assert "Insert Flatten" in canvas.hint.text()  # this one can be mended, so it may be made
    assert canvas.network.cards["dense_1"].marked == "warning"
    hand.key(KEY.Key_Escape)
    assert canvas.network.cards["dense_1"].marked is None
    assert canvas.tool is None


def test_a_shape_that_nothing_mends_is_refused(qtbot):
    graph = cnn()
    graph, add = graph.add(layer("Add"), (380, 300))
    for canvas in _shown(qtbot, graph.connect("conv2d_1", add)):
        hand = Hand(canvas)
        hand.drag(hand.at("flatten_1", "out"), hand.at(add), release=False)
        assert canvas.network.preview.ink == "error"
        hand.release(hand.at(add))
        assert canvas.document.graph.sources(add) == ["conv2d_1"]


def test_a_connection_drawn_backwards_from_an_input(canvas):
    hand = Hand(canvas)
    canvas.document.edit_graph(canvas.document.graph.disconnect("flatten_1", "dense_1"), "Cut")
    hand.drag(hand.at("dense_1", "in"), hand.at("flatten_1"))
    assert ("flatten_1", "dense_1") in edges(canvas)


def test_connecting_by_keyboard(canvas):
    hand = Hand(canvas)
    canvas.document.edit_graph(canvas.document.graph.disconnect("flatten_1", "dense_1"), "Cut")
    canvas.document.select(["flatten_1"])
    hand.key(KEY.Key_C)
    assert canvas.tool.other == "dense_1"
    hand.key(KEY.Key_Left)
    assert canvas.tool.other == "maxpool2d_1" and "cycle" in canvas.hint.text()
    hand.key(KEY.Key_Right)
    hand.key(KEY.Key_Return)
    assert ("flatten_1", "dense_1") in edges(canvas)
    assert canvas.tool is None


def test_a_connection_is_chosen_and_deleted(canvas):
    hand = Hand(canvas)
    hand.click(hand.edge("flatten_1", "dense_1"))
    assert canvas.network.links[Edge("flatten_1", "dense_1")].chosen
    hand.key(KEY.Key_Delete)
    assert ("flatten_1", "dense_1") not in edges(canvas)


# selecting and moving
def test_clicks_and_rubber_band_select(canvas):
    hand = Hand(canvas)
    hand.click(hand.at("conv2d_1"))
    assert canvas.document.selection == ["conv2d_1"]
    hand.click(hand.at("dense_1"), CONTROL)
    assert canvas.document.selection == ["conv2d_1", "dense_1"]
    hand.click(hand.at("dense_1"), CONTROL)
    assert canvas.document.selection == ["conv2d_1"]
    hand.click(hand.ground())
    assert canvas.document.selection == []
    told = []
    canvas.document.selection_changed.connect(told.append)
    hand.drag(hand.at("conv2d_1", "name") - QPoint(120, 60), hand.at("maxpool2d_1"))
    assert canvas.document.selection == ["conv2d_1", "maxpool2d_1"]
    assert len(told) == 1  # once, when the band is let go


def test_a_selection_from_elsewhere_shows_on_the_cards(canvas):
    canvas.document.select(["flatten_1"])
    assert [n for n, c in canvas.network.cards.items() if c.isSelected()] == ["flatten_1"]


def test_moving_several_cards_is_one_undoable_step_on_the_grid(canvas):
    hand, document = Hand(canvas), canvas.document
    before = document.graph
    document.select(["conv2d_1", "maxpool2d_1"])
    hand.drag(hand.at("conv2d_1"), hand.at("conv2d_1") + QPoint(37, 83))
    moved = {n.id: n.position for n in document.graph.nodes}
    steps = {tuple(np.subtract(moved[n], before[n].position)) for n in ("conv2d_1", "maxpool2d_1")}
    assert len(steps) == 1 and steps != {(0, 0)}
    assert all(v % 10 == 0 for v in moved["conv2d_1"])
    assert moved["dense_1"] == before["dense_1"].position
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert canvas.network.cards["conv2d_1"].pos().toTuple() == before["conv2d_1"].position


def test_escape_gives_a_move_up(canvas):
    hand, before = Hand(canvas), canvas.network.cards["conv2d_1"].pos()
    hand.drag(hand.at("conv2d_1"), hand.at("conv2d_1") + QPoint(0, 90), release=False)
    assert canvas.network.cards["conv2d_1"].pos() != before
    hand.key(KEY.Key_Escape)
    hand.release(hand.at("conv2d_1"))
    assert canvas.network.cards["conv2d_1"].pos() == before
    assert canvas.document.undo_stack.count() == 0


def test_a_deletion_in_the_middle_of_a_move_ends_the_move(canvas):
    hand = Hand(canvas)
    hand.drag(hand.at("conv2d_1"), hand.at("conv2d_1") + QPoint(0, 90), release=False)
    end = hand.at("conv2d_1")
    hand.key(KEY.Key_Delete)
    hand.move(end + QPoint(0, 50))
    hand.release(end + QPoint(0, 50))
    assert "conv2d_1" not in canvas.document.graph
    assert canvas.document.undo_stack.count() == 1


def test_keys_move_and_merge(canvas):
    hand, document = Hand(canvas), canvas.document
    document.select(["conv2d_1"])
    x, y = document.graph["conv2d_1"].position
    for _ in range(3):
        hand.key(KEY.Key_Down, CONTROL)
    hand.key(KEY.Key_Right, CONTROL | SHIFT)
    assert document.graph["conv2d_1"].position == (x + 50, y + 30)
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.graph["conv2d_1"].position == (x, y)


def test_arrows_and_tab_go_from_card_to_card(canvas):
    hand, document = Hand(canvas), canvas.document
    hand.key(KEY.Key_Right)
    assert document.selection == ["input_1"]
    hand.key(KEY.Key_Right)
    assert document.selection == ["conv2d_1"]
    hand.key(KEY.Key_Tab)
    assert document.selection == ["maxpool2d_1"]
    hand.key(KEY.Key_Backtab, SHIFT)
    hand.key(KEY.Key_Left)
    assert document.selection == ["input_1"]
    hand.key(KEY.Key_End)
    assert document.selection == ["dense_1"]
    assert not canvas.step_card(1)  # Tab goes on to the next widget from here


# deleting, copying
def test_deleting_bridges_the_gap_and_can_be_undone(canvas):
    hand, document = Hand(canvas), canvas.document
    before = document.graph
    document.select(["maxpool2d_1"])
    hand.key(KEY.Key_Delete)
    assert ("conv2d_1", "flatten_1") in edges(canvas)
    assert document.selection == ["conv2d_1"]
    document.undo_stack.undo()
    assert document.graph == before
    assert set(canvas.network.cards) == {n.id for n in before.nodes}


def test_copy_and_paste_bring_inner_connections_as_json(canvas):
    hand, document = Hand(canvas), canvas.document
    document.select(["conv2d_1", "maxpool2d_1", "dense_1"])
    hand.key(KEY.Key_C, CONTROL)
    assert json.loads(QGuiApplication.clipboard().text())["format"] == "vitrine-layers"
    hand.key(KEY.Key_V, CONTROL)
    assert document.selection == ["conv2d_2", "maxpool2d_2", "dense_2"]
    assert ("conv2d_2", "maxpool2d_2") in edges(canvas)
    assert document.graph.sources("dense_2") == []
    assert document.graph["conv2d_2"].layer == document.graph["conv2d_1"].layer
    assert document.undo_stack.count() == 1


def test_cut_and_paste_keep_the_name(canvas):
    hand = Hand(canvas)
    canvas.document.select(["maxpool2d_1"])
    hand.key(KEY.Key_X, CONTROL)
    assert "maxpool2d_1" not in canvas.document.graph
    hand.key(KEY.Key_V, CONTROL)
    assert "maxpool2d_1" in canvas.document.graph


@pytest.mark.parametrize("text", ["", "hello", "[1, 2]", '{"format": "vitrine-layers"}', '{"format": "vitrine-layers", "graph": {"nodes": [{"id": 1}], "edges": []}}'])
def test_a_foreign_clipboard_is_refused_in_words(canvas, text):
    before = canvas.document.graph
    QGuiApplication.clipboard().setText(text)
    Hand(canvas).key(KEY.Key_V, CONTROL)
    assert canvas.document.graph == before
    assert canvas.messages[-1].startswith("Nothing pasted")


def test_duplicate_takes_a_second_input_out(canvas):
    hand = Hand(canvas)
    hand.key(KEY.Key_A, CONTROL)
    assert len(canvas.document.selection) == 5
    hand.key(KEY.Key_D, CONTROL)
    assert len(canvas.document.graph.nodes) == 9
    assert ("flatten_2", "dense_2") in edges(canvas)


# renaming
def test_renaming_on_the_card(canvas, qtbot):
    hand, document = Hand(canvas), canvas.document
    canvas.set_thumbnails({"dense_1": (np.zeros((4, 4), np.uint8), "gray")})
    card = canvas.network.cards["dense_1"]
    document.select(["dense_1"])
    hand.key(KEY.Key_F2)
    editor = canvas.name_editor
    editor.clear()
    qtbot.keyClicks(editor, "conv2d_1")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert canvas.name_editor is editor  # stays open, with the reason
    assert "taken" in canvas.hint.text() and canvas.hint.isVisible()
    editor.clear()
    qtbot.keyClicks(editor, "output")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert canvas.name_editor is None and not canvas.hint.isVisible()
    assert ("flatten_1", "output") in edges(canvas)
    assert document.selection == ["output"]
    assert canvas.network.cards["output"] is card and card.thumbnail is not None
    document.undo_stack.undo()
    assert canvas.network.cards["dense_1"] is card


def test_renaming_keeps_the_selection_and_the_focus(canvas, qtbot):
    canvas.document.select(["conv2d_1"])
    Hand(canvas).key(KEY.Key_F2)
    editor = canvas.name_editor
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    editor.setText("filters")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert canvas.document.selection == ["filters"]
    assert canvas.hasFocus()


def test_a_double_click_on_the_name_renames_and_elsewhere_asks_for_settings(canvas, qtbot):
    hand = Hand(canvas)
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=hand.at("conv2d_1", "name"))
    assert canvas.name_editor is not None
    qtbot.keyClick(canvas.name_editor, KEY.Key_Escape)
    assert canvas.name_editor is None
    with qtbot.waitSignal(canvas.edit_requested) as asked:
        qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=hand.at("conv2d_1"))
    assert asked.args == ["conv2d_1"]
    with qtbot.waitSignal(canvas.edit_requested):
        hand.key(KEY.Key_Return)


# the view
def _wheel(canvas: Canvas, delta: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(canvas.viewport().rect().center())
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(canvas.viewport(), event)


def test_zoom_stays_within_bounds_whatever_comes(canvas):
    for _ in range(40):
        _wheel(canvas, 120)
    assert canvas.zoom() == pytest.approx(3.0)
    for _ in range(40):
        _wheel(canvas, -120, CONTROL)
    assert canvas.zoom() == pytest.approx(0.2)
    for bad in (math.nan, math.inf, -1.0, 0.0):
        canvas.set_zoom(bad)
        assert 0.2 <= canvas.zoom() <= 3.0
    _wheel(canvas, 2**30)
    assert 0.2 <= canvas.zoom() <= 3.0


def test_fit_shows_every_card_and_follows_the_window(canvas):
    hand = Hand(canvas)
    canvas.set_zoom(3.0)
    hand.key(KEY.Key_F)
    for size in ((1200, 700), (700, 500), (1100, 250)):
        canvas.resize(*size)
        QApplication.processEvents()
        seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
        assert seen.contains(canvas.content_rect())
        bar = canvas.mapToScene(canvas.zoom_bar.geometry()).boundingRect()
        assert not any(card.extent().intersects(bar) for card in canvas.network.cards.values())


def test_the_zoom_bar_stays_in_its_corner(canvas):
    before = canvas.zoom_bar.geometry()
    canvas.pan(300, 200)
    _wheel(canvas, 120)
    assert canvas.zoom_bar.geometry() == before
    assert canvas.zoom_bar.percent.text() == f"{round(canvas.zoom() * 100)} %"


def test_wheel_zooms_about_the_cursor(canvas):
    middle = canvas.viewport().rect().center()
    before = canvas.mapToScene(middle)
    _wheel(canvas, 120)
    after = canvas.mapToScene(middle)
    assert (before - after).manhattanLength() < 4


def test_the_middle_button_pans(canvas):
    hand = Hand(canvas)
    before = hand.at("conv2d_1")
    start = hand.ground()
    hand.drag(start, start + QPoint(60, -40), Qt.MouseButton.MiddleButton)
    assert (hand.at("conv2d_1") - before - QPoint(60, -40)).manhattanLength() <= 2
    assert canvas.document.undo_stack.count() == 0


def test_arranging_separates_the_cards_and_can_be_undone(canvas):
    document = canvas.document
    document.edit_graph(document.graph.move({n.id: (5.0, 7.0) for n in document.graph.nodes}), "Heap")
    heap = document.graph
    Hand(canvas).key(KEY.Key_L, CONTROL)
    xs = [document.graph[n].position[0] for n in ("input_1", "conv2d_1", "maxpool2d_1", "flatten_1", "dense_1")]
    assert all(b - a == 190 for a, b in zip(xs, xs[1:]))
    document.undo_stack.undo()
    assert document.graph == heap


def test_a_long_network_goes_on_in_the_next_line(qtbot):
    graph = GraphSpec.chain(layer("Input"), layer("Flatten"), *[layer("Dense", units=10) for _ in range(8)])
    for canvas in _shown(qtbot, graph):
        canvas.fit()
        before = canvas.zoom()
        canvas.arrange()
        assert canvas.zoom() > before * 7 / 6
        cards = [card.extent() for card in canvas.network.cards.values()]
        assert not any(a.intersects(b) for i, a in enumerate(cards) for b in cards[:i])
        places = {n.id: n.position for n in canvas.document.graph.nodes}
        back = [e for e in canvas.document.graph.edges if places[e.target][0] < places[e.source][0]]
        assert back
        bodies = [card for n, card in canvas.network.cards.items() if n not in (back[0].source, back[0].target)]
        path = canvas.network.links[back[0]].path
        assert not any(card.extent().contains(path.pointAtPercent(i / 50)) for card in bodies for i in range(51))
        last = back[0].source
        hand = Hand(canvas)
        hand.drop("Dropout", hand.edge(last, back[0].target))
        new = canvas.document.graph["dropout_1"].position
        assert new == (places[last][0] + 190, places[last][1])


def test_broken_positions_do_not_break_the_view(canvas):
    document = canvas.document
    document.edit_graph(document.graph.move({"dense_1": (math.nan, math.inf), "conv2d_1": (1e300, 0.0)}), "Far")
    canvas.fit()
    assert math.isfinite(canvas.zoom())
    assert math.isfinite(canvas.network.cards["dense_1"].pos().x())


def test_space_and_undo_are_left_to_the_window(canvas):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    for key, modifiers in ((KEY.Key_Space, Qt.KeyboardModifier.NoModifier), (KEY.Key_Z, CONTROL)):
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
        QApplication.sendEvent(canvas, event)
        assert not event.isAccepted()


# pictures
def test_thumbnails_reach_the_visible_cards_in_the_themes_colours(canvas, qtbot):
    assert canvas.thumbnail_nodes() == [n.id for n in canvas.document.graph.nodes]
    values = np.array([[0, 128, 255]], np.uint8)
    canvas.set_thumbnails({"conv2d_1": (values, "diverging"), "gone": (values, "gray")})
    thumbnail = canvas.network.cards["conv2d_1"].thumbnail
    low, _middle, high = (thumbnail.image.pixelColor(x, 0) for x in range(3))
    assert low.name() == theme.current().negative and high.name() == theme.current().positive
    area = canvas.mapFromScene(canvas.network.cards["conv2d_1"].mapToScene(QPointF(20, 78)))
    assert canvas.grab().toImage().pixelColor(area).name() == theme.current().negative
    canvas.clear_thumbnails()
    assert canvas.network.cards["conv2d_1"].thumbnail is None
    canvas.hide()
    assert canvas.thumbnail_nodes() == []


def test_cards_out_of_sight_want_no_picture(canvas):
    canvas.set_zoom(3.0)
    canvas.pan(100_000, 0)
    assert canvas.thumbnail_nodes() == []


def test_both_themes_paint(canvas, qapp):
    for name in ("dark", "light"):
        theme.apply(qapp, name)
        image = canvas.grab().toImage()
        corner = canvas.mapFromScene(canvas.network.cards["dense_1"].mapToScene(QPointF(76, 28)))
        assert image.pixelColor(corner).name() == theme.current().surface


# menus
def _entries(menu: QMenu) -> list[str]:
    return [action.text().split("\t")[0] for action in menu.actions() if action.text()]


def _open_menu(canvas: Canvas, at: QPoint) -> QMenu:
    canvas.show_menu(canvas.hit(QPointF(at)), canvas.viewport().mapToGlobal(at))
    return canvas.findChildren(QMenu, "canvas_menu")[-1]


def _trigger(menu: QMenu, *path: str) -> None:
    for text in path[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text().startswith(text))
    next(action for action in menu.actions() if action.text().startswith(path[-1])).trigger()


def test_menus_of_card_edge_and_ground(broken):
    hand = Hand(broken)
    menu = _open_menu(broken, hand.at("dense_1"))
    assert _entries(menu)[0] == "Fix: Insert Flatten"
    assert {"Rename", "Duplicate", "Delete", "Disconnect from maxpool2d_1"} <= set(_entries(menu))
    assert broken.document.selection == ["dense_1"]
    menu.close()
    menu = _open_menu(broken, hand.edge("conv2d_1", "maxpool2d_1"))
    _trigger(menu, "Insert here", "Regularization", "Dropout")
    assert ("conv2d_1", "dropout_1") in edges(broken)
    menu.close()
    at = hand.ground() + QPoint(0, 20)
    menu = _open_menu(broken, at)
    _trigger(menu, "Add layer", "Core", "Dense")
    assert broken.document.graph.sources("dense_2") == []
    menu.close()


def test_the_windows_edit_menu_acts_on_the_canvas(canvas, qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    canvas.fill_edit_menu(menu)
    canvas.fill_view_menu(menu)
    delete = next(a for a in menu.actions() if a.objectName() == "delete")
    menu.aboutToShow.emit()
    assert not delete.isEnabled()
    canvas.document.select(["maxpool2d_1"])
    menu.aboutToShow.emit()
    delete.trigger()
    assert "maxpool2d_1" not in canvas.document.graph
