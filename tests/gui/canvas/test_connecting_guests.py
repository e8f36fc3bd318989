"""A connection drawn to a contributed layer whose own code breaks: it can be made, and what is wrong is said while it is drawn."""

from __future__ import annotations

from typing import Any

from canvas_help import cnn, document_of

from vitrine.core.layers.base import Shape
from vitrine.core.layers.dense import Dense
from vitrine.gui.canvas.tools.connecting import judge


class Unsure(Dense, abstract=True):
    """A layer that can't say its shape."""

    title = "Unsure"

    def output_shape(self, *shapes: Shape) -> Shape:
        raise LookupError("no idea")


def test_a_layer_that_breaks_at_its_shapes_is_told_of(qtbot: Any) -> None:
    graph = cnn().remove(["dense_1"])
    graph, unsure = graph.add(Unsure(), (400.0, 0.0))
    verdict = judge(document_of(graph), "flatten_1", unsure)
    assert verdict.allowed and verdict.tone == "warning"
    assert unsure in verdict.text and "no idea" in verdict.text
