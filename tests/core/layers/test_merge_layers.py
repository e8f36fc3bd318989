"""Layers with several inputs, reshaping and the Playground's features, by themselves and inside networks with branches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitrine.core.activations.base import Activation as Function
from vitrine.core.errors import ShapeError
from vitrine.core.layers.activation import Activation
from vitrine.core.layers.add import Add
from vitrine.core.layers.base import Context, Layer
from vitrine.core.layers.concatenate import Concatenate
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.layers.multiply import Multiply
from vitrine.core.layers.playground_features import PlaygroundFeatures
from vitrine.core.layers.reshape import Reshape
from vitrine.core.losses.base import Loss
from vitrine.core.network.analysis import analyze
from vitrine.core.network.gradcheck import check_network
from vitrine.core.network.graph import Edge, GraphSpec, Node
from vitrine.core.network.network import Network


def graph_of(layers: dict[str, Layer], edges: list[tuple[str, str]]) -> GraphSpec:
    return GraphSpec(tuple(Node(name, layer) for name, layer in layers.items()), tuple(Edge(a, b) for a, b in edges))


def gradient_error(graph: GraphSpec, input_shape: tuple[int, ...], outputs: int) -> float:
    network = Network(graph, input_shape, dtype=np.float64)

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return rng.standard_normal((5, *input_shape)), rng.standard_normal((5, outputs))

    return check_network(network, Loss.registry.get("MeanSquaredError")(), draw).worst


def run(layer: Layer, *inputs: Any) -> np.ndarray:
    return layer.forward({}, [np.asarray(x, np.float32) for x in inputs], Context())


def test_values() -> None:
    a, b, c = [[1, 2]], [[3, 4]], [[5, 6]]
    np.testing.assert_array_equal(run(Add(), a, b, c), [[9, 12]])
    np.testing.assert_array_equal(run(Multiply(), a, b, c), [[15, 48]])
    np.testing.assert_array_equal(run(Concatenate(), a, b, [[7]]), [[1, 2, 3, 4, 7]])


def test_product_has_a_gradient_where_a_factor_is_zero() -> None:
    layer, ctx = Multiply(), Context()
    layer.forward({}, [np.zeros((1, 2), np.float32), np.full((1, 2), 3, np.float32)], ctx)
    left, right = layer.backward({}, {}, np.ones((1, 2), np.float32), ctx)
    np.testing.assert_array_equal(left, [[3, 3]])
    np.testing.assert_array_equal(right, [[0, 0]])


@pytest.mark.parametrize("kind", [Add, Multiply, Concatenate])
def test_other_shapes_are_refused_and_flatten_offered_where_it_helps(kind: type[Layer]) -> None:
    with pytest.raises(ShapeError, match="2 × 3 and 3 × 2") as info:
        kind().output_shape((2, 3), (3, 2))
    assert info.value.hint is not None and info.value.hint.value == "Flatten"


@pytest.mark.parametrize("kind", [Add, Multiply])
def test_other_sizes_name_both_and_say_what_to_do(kind: type[Layer]) -> None:
    with pytest.raises(ShapeError, match="got 4 and 5: give the layers before it the same number"):
        kind().output_shape((4,), (5,))


def test_fewer_than_two_inputs_is_a_problem_of_the_layer() -> None:
    found = analyze(GraphSpec.chain(Input(), Dense(units=2), Add()), (3,))
    (problem,) = found.problems_of("add_1")
    assert problem.message == "needs 2 inputs, has 1"


# branches: what is handed on must not be what another branch still reads or adds to
BRANCHES: dict[str, tuple[dict[str, Layer], list[tuple[str, str]]]] = {
    "skip over a dense layer": (
        {"x": Input(), "a": Dense(units=4), "b": Dense(units=4, activation="Tanh"), "sum": Add(), "y": Dense(units=2)},
        [("x", "a"), ("a", "b"), ("b", "sum"), ("a", "sum"), ("sum", "y")],
    ),
    "skip over a linear activation": (
        {"x": Input(), "a": Dense(units=4), "b": Activation(activation="Linear"), "sum": Multiply(), "y": Dense(units=2)},
        [("x", "a"), ("a", "b"), ("b", "sum"), ("a", "sum"), ("sum", "y")],
    ),
    "two in-place activations read one output": (
        {"x": Input(), "a": Dense(units=4), "b": Activation(activation="Tanh"), "c": Activation(activation="Sigmoid"),
         "d": Activation(activation="ReLU"), "sum": Add(), "y": Dense(units=2)},
        [("x", "a"), ("a", "b"), ("a", "c"), ("a", "d"), ("b", "sum"), ("c", "sum"), ("d", "sum"), ("sum", "y")],
    ),
    "views of one output": (
        {"x": Input(), "a": Dense(units=6), "r": Reshape(target_shape=(2, 3)), "f": Flatten(), "g": Flatten(),
         "cat": Concatenate(), "sum": Add(), "y": Dense(units=2)},
        [("x", "a"), ("a", "r"), ("r", "f"), ("a", "g"), ("f", "cat"), ("g", "cat"), ("f", "sum"), ("a", "sum"),
         ("cat", "y2"), ("sum", "y2"), ("y2", "y")],
    ),
    "sums feeding sums": (
        {"x": Input(), "a": Dense(units=3), "b": Dense(units=3), "s1": Add(), "s2": Add(), "s3": Multiply(), "y": Dense(units=2)},
        [("x", "a"), ("x", "b"), ("a", "s1"), ("b", "s1"), ("s1", "s2"), ("a", "s2"), ("s1", "s3"), ("s2", "s3"), ("b", "s3"), ("s3", "y")],
    ),
    "one layer twice into a sum": (
        {"x": Input(), "a": Dense(units=3, activation="Tanh"), "s": Multiply(), "y": Dense(units=2)},
        [("x", "a"), ("a", "s"), ("a", "s"), ("s", "y")],
    ),
    "the data itself beside a layer": (
        {"x": Input(), "a": Dense(units=5, activation="Tanh"), "s": Multiply(), "y": Dense(units=2)},
        [("x", "a"), ("a", "s"), ("x", "s"), ("s", "y")],
    ),
    "an activation without weights before it": (
        {"x": Input(), "t": Activation(activation="Tanh"), "a": Dense(units=5), "s": Add(), "y": Dense(units=2)},
        [("x", "t"), ("x", "a"), ("t", "s"), ("a", "s"), ("s", "y")],
    ),
}  # fmt: skip
BRANCHES["views of one output"][0]["y2"] = Concatenate()


@pytest.mark.parametrize("name", BRANCHES)
def test_gradients_with_branches(name: str) -> None:
    layers, edges = BRANCHES[name]
    shape = (5,)
    assert gradient_error(graph_of(layers, edges), shape, 2) < 1e-6


@pytest.mark.parametrize("activation", [a.__name__ for a in Function.registry if a.differentiable and not a.random])
def test_every_activation_leaves_its_input_to_the_other_branch(activation: str) -> None:
    layers: dict[str, Layer] = {
        "x": Input(), "a": Dense(units=4), "f": Activation(activation=activation), "g": Dense(units=4, activation=activation),
        "sum": Multiply(), "y": Dense(units=2),
    }  # fmt: skip
    edges = [("x", "a"), ("a", "f"), ("a", "g"), ("f", "sum"), ("g", "sum"), ("a", "sum"), ("sum", "y")]
    assert gradient_error(graph_of(layers, edges), (3,), 2) < 5e-5


@pytest.mark.parametrize(
    ("target", "shape", "wanted"), [((-1,), (2, 3), (6,)), ((4, -1), (2, 6), (4, 3)), ((3, 2, 1), (6,), (3, 2, 1)), ((1, 1), (), (1, 1))]
)
def test_reshape_works_out_the_open_axis(target: tuple[int, ...], shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    assert Reshape(target_shape=target).output_shape(shape) == wanted


@pytest.mark.parametrize("target", [(5, -1), (7,), (5, 3)])
def test_reshape_offers_a_shape_that_fits(target: tuple[int, ...]) -> None:
    found = analyze(GraphSpec.chain(Input(), Reshape(target_shape=target), Flatten(), Dense(units=1)), (12,))
    (problem,) = found.problems
    assert problem.node == "reshape_1" and problem.field == "target_shape"
    assert analyze(problem.fixes[0].apply(found.graph), (12,)).ok


@pytest.mark.parametrize("target", [(-1, -1), (0, 3), (-2,), ()])
def test_reshape_says_what_can_not_stand(target: tuple[int, ...]) -> None:
    (problem,) = Reshape(target_shape=target).problems()
    assert problem.field == "target_shape"


def test_playground_features_are_the_chosen_ones_in_order() -> None:
    layer = PlaygroundFeatures(x1=False, square2=True, product=True, sine1=True)
    assert layer.feature_names == ("x2", "x2²", "x1·x2", "sin x1")
    np.testing.assert_allclose(run(layer, [[0.5, -2.0]]), [[-2.0, 4.0, -1.0, np.sin(0.5)]], rtol=1e-6)


def test_playground_features_need_points_and_a_choice() -> None:
    with pytest.raises(ShapeError, match="two coordinates"):
        PlaygroundFeatures().output_shape((3,))
    assert PlaygroundFeatures(x1=False, x2=False).problems()
