"""Random graphs with branches, from whatever layers are registered."""

from __future__ import annotations

import json
from math import prod

from hypothesis import event, note
from hypothesis import strategies as st

from vitrine.core.activations.base import Activation
from vitrine.core.errors import ShapeError
from vitrine.core.layers.activation import Activation as ActivationLayer
from vitrine.core.layers.base import Layer, Shape
from vitrine.core.layers.concatenate import Concatenate
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.network.graph import Edge, GraphSpec

MOST_LAYERS = 12
MOST_VALUES = 150  # of one layer's output
MOST_PARAMS = 3000
INPUT_SHAPES: list[Shape] = [(2,), (5,), (6, 4), (3, 1), (6, 6, 2), (4, 5, 1)]


def _usable(layer: Layer) -> bool:
    """Differentiable, and takes any numbers (an embedding takes tokens only)."""
    inner = [v for v in vars(layer).values() if isinstance(v, Activation)]
    any_numbers = type(layer).example_inputs is Layer.example_inputs
    return layer.inputs[1] != 0 and any_numbers and layer.differentiable and all(a.differentiable for a in inner)


LAYERS = [layer for cls in Layer.registry for layer in (cls(**s) for s in cls.examples) if _usable(layer)]
SINGLE = [layer for layer in LAYERS if layer.inputs == (1, 1)]
MERGING = [layer for layer in LAYERS if layer.inputs[1] is None]
SAME = [ActivationLayer(activation=name) for name in ("Tanh", "Linear", "ReLU")]  # keep the shape: skip connections
FUNCTIONS = [a() for a in Activation.registry if a.differentiable]


def _shape(layer: Layer, *shapes: Shape) -> Shape | None:
    """The output's shape where the layer fits and stays small, else None."""
    try:
        found = layer.output_shape(*shapes)
        size = sum(p.size for p in layer.param_shapes(*shapes).values())
    except ShapeError:
        return None
    return found if prod(found) <= MOST_VALUES and size <= MOST_PARAMS else None


class Builder:
    """A graph that grows at random, with the shapes its layers ought to have."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.input_shape = draw(st.sampled_from(INPUT_SHAPES))
        self.graph, first = GraphSpec().add(Input())
        self.shapes: dict[str, Shape] = {first: self.input_shape}

    def put(self, layer: Layer, *sources: str) -> str:
        graph, new = self.graph.add(layer)
        self.graph = GraphSpec(graph.nodes, (*graph.edges, *(Edge(s, new) for s in sources)))
        self.shapes[new] = layer.output_shape(*(self.shapes[s] for s in sources))
        return new

    def grow(self) -> None:
        """One more layer on a random node, or one that merges a node with others it goes with."""
        names = list(self.shapes)
        first = names[-1] if self.draw(st.booleans()) else self.draw(st.sampled_from(names))
        if self.draw(st.integers(0, 2)) == 2:
            self.merge(first)
            return
        fitting = [layer for layer in SINGLE if _shape(layer, self.shapes[first]) is not None]
        layer = self.draw(st.sampled_from(fitting))
        if isinstance(getattr(layer, "activation", None), Activation):
            other = layer.replace(activation=self.draw(st.sampled_from(FUNCTIONS)))
            layer = other if _shape(other, self.shapes[first]) is not None else layer
        self.put(layer, first)

    def merge(self, first: str) -> None:
        layer = self.draw(st.sampled_from(MERGING))
        others = [n for n in self.shapes if n != first and _shape(layer, self.shapes[first], self.shapes[n]) is not None]
        if not others:
            others = [self.put(SAME[len(self.shapes) % len(SAME)], first)]
        chosen = [first, self.draw(st.sampled_from(others))]
        if len(others) > 1 and self.draw(st.booleans()):
            chosen.append(next(n for n in others if n not in chosen))
        if _shape(layer, *(self.shapes[n] for n in chosen)) is not None:
            self.put(layer, *chosen)

    def finish(self) -> None:
        """Bring all loose ends together in one dense layer of two outputs."""
        ends = [n if len(self.shapes[n]) == 1 else self.put(Flatten(), n) for n in self.graph.outputs()]
        end = self.put(Concatenate(), *ends) if len(ends) > 1 else ends[0]
        self.put(Dense(units=2), end)

    def size_when_finished(self) -> int:
        ends = self.graph.outputs()
        return len(self.graph.nodes) + sum(len(self.shapes[n]) != 1 for n in ends) + (len(ends) > 1) + 1


@st.composite
def networks(draw: st.DrawFn) -> tuple[GraphSpec, Shape, dict[str, Shape]]:
    """A valid graph of up to twelve layers, its input shape, and the shape of every node."""
    builder = Builder(draw)
    for _ in range(draw(st.integers(1, 8))):
        if builder.size_when_finished() > MOST_LAYERS - 4:  # a merge can cost two layers, each with an end to flatten
            break
        builder.grow()
    builder.finish()
    assert len(builder.graph.nodes) <= MOST_LAYERS
    event("with branches" if any(len(builder.graph.targets(n.id)) > 1 for n in builder.graph.nodes) else "without branches")
    note(f"{builder.input_shape} {json.dumps(builder.graph.to_json())}")
    return builder.graph, builder.input_shape, builder.shapes
