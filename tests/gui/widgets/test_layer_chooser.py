"""Which layer a view shows, while layers go and come."""

from __future__ import annotations

from typing import Any

import pytest

from vitrine.gui.state.document import Document
from vitrine.gui.widgets.layer_chooser import LayerChooser
from vitrine.gui.window.examples import first_experiment


@pytest.fixture
def chooser(qtbot: Any) -> LayerChooser:
    """Of layers whose output shape is known, the first to begin with."""
    document = Document(first_experiment())
    made = LayerChooser(document, lambda node: document.analysis.shapes.get(node) is not None, lambda ids: ids[0])
    qtbot.addWidget(made)
    return made


def spoil(chooser: LayerChooser, node: str = "conv2d_1") -> None:
    """Its shape is not known any more, nor those after it."""
    document = chooser.document
    document.set_layer(node, document.graph[node].layer.replace(filters=3_000_000))


def test_a_layer_that_comes_back_is_shown_again(chooser: LayerChooser) -> None:
    chooser.document.select(["conv2d_2"])
    spoil(chooser)
    assert chooser.layer == "input_1"
    chooser.document.undo_stack.undo()
    assert chooser.layer == "conv2d_2"


def test_also_where_what_stood_in_for_it_went_too(chooser: LayerChooser) -> None:
    chooser.document.select(["conv2d_2"])
    spoil(chooser)
    chooser.document.edit_graph(chooser.document.graph.remove(["input_1"]), "Delete")
    assert chooser.layer == ""
    chooser.document.undo_stack.undo()
    assert chooser.layer == "input_1"
    chooser.document.undo_stack.undo()
    assert chooser.layer == "conv2d_2"


def test_whoever_chose_another_meanwhile_keeps_that(chooser: LayerChooser) -> None:
    chooser.document.select(["conv2d_2"])
    spoil(chooser, "conv2d_2")
    chooser.document.select(["input_1"])
    chooser.document.undo_stack.undo()
    assert chooser.layer == "input_1"


def test_a_layer_under_another_name_stays(chooser: LayerChooser) -> None:
    chooser.document.select(["conv2d_2"])
    chooser.document.rename_node("conv2d_2", "strokes")
    assert chooser.layer == "strokes"
    chooser.document.undo_stack.undo()
    assert chooser.layer == "conv2d_2"
