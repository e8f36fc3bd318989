"""The network editor: selecting, moving, deleting, copying and renaming by mouse and keys."""

from __future__ import annotations

import json

import numpy as np
import pytest
from canvas_help import Hand, edges
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


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
    assert not canvas.verbs.step_card(1)  # Tab goes on to the next widget from here


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


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[1, 2]", '{"format": "vitrine-layers"}', '{"format": "vitrine-layers", "graph": {"nodes": [{"id": 1}], "edges": []}}'],
)
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
    editor = canvas.verbs.name_editor
    editor.clear()
    qtbot.keyClicks(editor, "conv2d_1")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert canvas.verbs.name_editor is editor  # stays open, with the reason
    assert "taken" in canvas.hint.text() and canvas.hint.isVisible()
    editor.clear()
    qtbot.keyClicks(editor, "output")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert canvas.verbs.name_editor is None and not canvas.hint.isVisible()
    assert ("flatten_1", "output") in edges(canvas)
    assert document.selection == ["output"]
    assert canvas.network.cards["output"] is card and card.thumbnail is not None
    document.undo_stack.undo()
    assert canvas.network.cards["dense_1"] is card


def test_renaming_keeps_the_selection_and_the_focus(canvas, qtbot):
    canvas.document.select(["conv2d_1"])
    Hand(canvas).key(KEY.Key_F2)
    editor = canvas.verbs.name_editor
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    editor.setText("filters")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert canvas.document.selection == ["filters"]
    assert canvas.hasFocus()


def test_a_double_click_on_the_name_renames_and_elsewhere_asks_for_settings(canvas, qtbot):
    hand = Hand(canvas)
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=hand.at("conv2d_1", "name"))
    assert canvas.verbs.name_editor is not None
    qtbot.keyClick(canvas.verbs.name_editor, KEY.Key_Escape)
    assert canvas.verbs.name_editor is None
    with qtbot.waitSignal(canvas.edit_requested) as asked:
        qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=hand.at("conv2d_1"))
    assert asked.args == ["conv2d_1"]
    with qtbot.waitSignal(canvas.edit_requested):
        hand.key(KEY.Key_Return)
