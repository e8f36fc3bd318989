"""The network editor: what cards say, problems and their fixes, adding and connecting layers."""

from __future__ import annotations

import numpy as np
from canvas_help import Hand, cnn, edges, layer, shown
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QPushButton

from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import Edge
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.canvas.words import tooltip_at

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


def test_cards_show_name_settings_shape_and_parameters(canvas):
    card = canvas.network.cards["conv2d_1"]
    assert card.name == "conv2d_1"
    assert card.face.settings == "Filters 4 · kernel size 3 · ReLU"
    assert card.face.output == "→ 6×6×4"
    assert card.face.params == "40 parameters"
    assert canvas.network.cards["flatten_1"].face.params == "No parameters"


def test_a_long_name_is_cut_on_the_card_and_whole_in_the_tooltip(canvas):
    canvas.document.rename_node("dense_1", "the_layer_with_the_very_long_name")
    card = canvas.network.cards["the_layer_with_the_very_long_name"]
    assert card.name.endswith("…")
    assert "the_layer_with_the_very_long_name" in tooltip_at(canvas, QPointF(Hand(canvas).at(card.id)))
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
    from vitrine.datasets.base import DatasetSpec

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
    assert "palette" in empty.empty_state.text.text() and not empty.empty_state.button.isVisible()
    empty.fit()
    assert not empty.is_covered()
    Hand(empty).drop("Dense", QPoint(20, 20))
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
    for canvas in shown(qtbot, graph.connect("conv2d_1", add)):
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


def test_the_output_card_says_what_its_picture_shows(canvas: Canvas) -> None:
    """The loss takes the softmax in: a linear output shows probabilities, and nothing said so."""
    face = canvas.network.cards["dense_1"].face
    assert face.settings == "Units 10 · softmax in the loss" and "softmax in the loss" in face.tooltip()
    document = canvas.document
    document.set_layer("dense_1", layer("Dense", units=10, activation="Softmax"))
    assert canvas.network.cards["dense_1"].face.settings == "Units 10 · softmax"
    document.set_layer("dense_1", layer("Dense", units=10))
    document.set_part("loss", Loss.registry.get("MeanSquaredError")())
    assert canvas.network.cards["dense_1"].face.settings == "Units 10"
