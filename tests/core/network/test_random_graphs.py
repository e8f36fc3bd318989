"""Random networks with branches, from whatever layers are registered: what holds for each layer must hold for any net of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st
from random_graphs import networks

from vitrine.core.errors import ShapeError
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Layer, Shape
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.layers.reshape import Reshape
from vitrine.core.losses.mean_squared_error import MeanSquaredError
from vitrine.core.network.analysis import Analysis, analyze
from vitrine.core.network.gradcheck import TOLERANCE, KinkError, check_network
from vitrine.core.network.graph import Edge, GraphSpec, Node
from vitrine.core.network.network import Network
from vitrine.core.rng import generator

quick = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def data(shape: Shape, count: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = generator(seed, "data")
    return rng.standard_normal((count, *shape)), rng.standard_normal((count, 2))


# -- what is valid ----------------------------------------------------------------------------------------------------------------


@given(networks())
@quick
def test_shapes_are_what_forward_returns(case: tuple[GraphSpec, Shape, dict[str, Shape]]) -> None:
    graph, input_shape, shapes = case
    found = analyze(graph, input_shape)
    assert found.errors == []  # a row of layers that computes no more than one is told, and computes
    assert found.shapes == shapes
    network = Network(graph, input_shape, analysis=found)
    assert network.param_count == found.total_params
    x = data(input_shape)[0].astype(np.float32)
    network.set_rng(generator(0))
    for training in (True, False):
        network.forward(x, training)
        for node_id in found.order:
            output = network.output_of(node_id)
            assert output.shape == (4, *shapes[node_id]), node_id
            assert output.dtype == np.float32, node_id
    assert network.predict(x[:0]).shape == (0, 2)


@given(networks(), st.integers(0, 1000))
@quick
def test_gradients_equal_the_numeric_ones(case: tuple[GraphSpec, Shape, dict[str, Shape]], seed: int) -> None:
    graph, input_shape, _ = case
    network = Network(graph, input_shape, dtype=np.float64, seed=seed)
    try:
        result = check_network(network, MeanSquaredError(), lambda rng: (rng.standard_normal((4, *input_shape)), rng.standard_normal((4, 2))),
                               seed=seed, samples=3)  # fmt: skip
    except KinkError:
        event("on a kink at every draw")
        assume(False)
    event("checked")
    assert result.worst < TOLERANCE, str(result)


@given(networks())
@quick
def test_a_second_step_is_as_the_first(case: tuple[GraphSpec, Shape, dict[str, Shape]]) -> None:
    """No buffer holds anything over: after other batches, the same batch gives the same output and gradients, bit for bit."""
    graph, input_shape, _ = case
    network = Network(graph, input_shape)
    start = network.arrays()
    found = []
    for seed, count in ((0, 4), (1, 6), (2, 1), (0, 4)):
        network.load_arrays(start)
        network.set_rng(generator(5))
        x, target = (a.astype(np.float32) for a in data(input_shape, count, seed))
        before = x.copy()
        output = network.forward(x, training=True)
        kept = output.copy()
        _, grad = MeanSquaredError().value_and_grad(output, target, Workspace())
        assert grad is not None
        network.backward(grad)
        assert np.array_equal(x, before), "the data was written to"
        assert np.array_equal(output, kept, equal_nan=True), "backward changed the output"
        found.append((kept, network.grads.copy()))
    assert found[0][0].tobytes() == found[3][0].tobytes()
    assert found[0][1].tobytes() == found[3][1].tobytes()


@given(networks())
@quick
def test_joined_layers_give_what_single_ones_give(case: tuple[GraphSpec, Shape, dict[str, Shape]]) -> None:
    graph, input_shape, _ = case
    x, target = data(input_shape)
    found = []
    for fused in (True, False):
        network = Network(graph, input_shape, dtype=np.float64, fused=fused)
        network.set_rng(generator(7))
        output = network.forward(x, training=True)
        _, grad = MeanSquaredError().value_and_grad(output, target, Workspace(np.float64))
        assert grad is not None
        network.backward(grad)
        found.append((output.copy(), network.grads.copy(), [network.output_of(n).shape for n in network.analysis.order]))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-9, atol=1e-9 * np.abs(found[1][1]).max())
    assert found[0][2] == found[1][2]


@given(networks())
@quick
def test_json_gives_the_same_graph_back(case: tuple[GraphSpec, Shape, dict[str, Shape]]) -> None:
    graph, _, _ = case
    again = GraphSpec.from_json(json.loads(json.dumps(graph.to_json())))
    assert again == graph
    assert again.to_json() == graph.to_json()


# -- what is not ------------------------------------------------------------------------------------------------------------------

Edit = tuple[str, GraphSpec, set[str]]  # what was done, the result, and where a problem is expected


def _out_of_range(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    """Zero units, a share of 2: any number of any layer below its least or above its most."""
    fields = [(n, f) for n in graph.nodes for f in n.layer.fields() if f.kind in ("int", "float")]
    places = [(n, f, f.minimum - 1) for n, f in fields if f.minimum is not None]
    places += [(n, f, f.maximum + 1) for n, f in fields if f.maximum is not None]
    if not places:
        return None
    node, field, value = draw(st.sampled_from(places))
    layer = node.layer.replace(**{field.name: float(value) if field.kind == "float" else int(value)})
    return f"{field.name} out of range", graph.set_layer(node.id, layer), {node.id}


def _wrong_type(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    """A value that no field of numbers can hold."""
    places = [(n, f) for n in graph.nodes for f in n.layer.fields() if f.kind in ("int", "float", "bool", "choice", "int_or_choice")]
    node, field = draw(st.sampled_from(places))
    value: Any = draw(st.sampled_from(["many", float("nan"), float("inf"), [1], {}]))
    return f"{field.name} = {value!r}", graph.set_layer(node.id, node.layer.replace(**{field.name: value})), {node.id}


def _kernel_too_large(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    places = []
    for node in graph.nodes:
        names = {f.name for f in node.layer.fields()}
        for size in names & {"kernel_size", "pool_size", "size"}:
            change: dict[str, Any] = {size: 50} | ({"padding": "valid"} if "padding" in names else {})
            layer = node.layer.replace(**change)
            if not layer.problems() and type(layer).__name__ in ("Conv2D", "Conv1D", "MaxPool2D", "AveragePool2D"):
                places.append((node.id, layer))
    if not places:
        return None
    node_id, layer = draw(st.sampled_from(places))
    return "kernel too large", graph.set_layer(node_id, layer), {node_id}


def _cycle(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    pairs = [(a.id, b) for a in graph.nodes if a.layer.inputs[1] != 0 for b in sorted(graph.descendants(a.id))]
    first, later = draw(st.sampled_from(pairs))
    on_cycle = graph.descendants(first) & graph.ancestors(later)
    return "cycle", GraphSpec(graph.nodes, (*graph.edges, Edge(later, first))), on_cycle


def _two_outputs(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    output = graph.outputs()[0]
    source = draw(st.sampled_from([n.id for n in graph.nodes if n.id != output]))
    more, new = graph.add(Flatten())
    more = GraphSpec(more.nodes, (*more.edges, Edge(source, new)))
    return "two outputs", more, {new, output}


def _wrong_rank(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    places = []
    for edge in graph.edges:
        layer = graph[edge.target].layer
        if layer.inputs == (1, 1) and not isinstance(layer, Reshape) and _refuses(layer, (1, 1, 1, 1, 1, 1)):
            places.append(edge)
    edge = draw(st.sampled_from(places))
    changed, _ = graph.insert_on_edge(edge, Reshape(target_shape=(1, 1, 1, 1, 1, -1)))
    return "wrong rank", changed, {edge.target}


def _refuses(layer: Layer, shape: Shape) -> bool:
    try:
        layer.output_shape(shape)
    except ShapeError:
        return True
    return False


def _removed_edge(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    edges = [e for e in graph.edges if len(graph.sources(e.target)) <= graph[e.target].layer.inputs[0]]
    edge = draw(st.sampled_from(edges))
    return "removed edge", graph.disconnect(edge.source, edge.target), {edge.target}


def _second_edge(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    edges = [e for e in graph.edges if graph[e.target].layer.inputs[1] == 1]
    edge = draw(st.sampled_from(edges))
    source = draw(st.sampled_from(sorted(graph.ancestors(edge.source))))
    return "second edge", GraphSpec(graph.nodes, (*graph.edges, Edge(source, edge.target))), {edge.target}


def _second_input(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    more, new = graph.add(Input())
    target = draw(st.sampled_from([n.id for n in graph.nodes if n.layer.inputs[1] != 0]))
    return "second input", GraphSpec(more.nodes, (*more.edges, Edge(new, target))), {new}


def _edge_into_input(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    entry = next(n.id for n in graph.nodes if n.layer.inputs[1] == 0)
    more, new = graph.add(Dense(units=2))
    return "edge into the input", GraphSpec(more.nodes, (*more.edges, Edge(new, entry))), {entry, new}


def _impossible_reshape(draw: st.DrawFn, graph: GraphSpec) -> Edit | None:
    edge = draw(st.sampled_from(graph.edges))
    target = draw(st.sampled_from([(0,), (-1, -1), (), (7919, -1), (-1, 7919)]))
    changed, new = graph.insert_on_edge(edge, Reshape(target_shape=target))
    return "impossible reshape", changed, {new}


EDITS = [
    _out_of_range, _wrong_type, _kernel_too_large, _cycle, _two_outputs, _wrong_rank, _removed_edge, _second_edge, _second_input,
    _edge_into_input, _impossible_reshape,
]  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> tuple[GraphSpec, Shape, set[str]]:
    graph, shape, _ = draw(networks())
    edit = draw(st.sampled_from(EDITS))(draw, graph)
    assume(edit is not None)
    what, changed, where = edit
    event(what)
    note(f"{what}, expected on {sorted(where)}")
    return changed, shape, where


@given(broken())
@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_an_invalid_edit_is_a_problem_on_the_right_node(case: tuple[GraphSpec, Shape, set[str]]) -> None:
    graph, input_shape, where = case
    found = analyze(graph, input_shape)
    assert not found.ok
    blamed = {p.node for p in found.problems if p.severity == "error"}
    assert blamed & where, f"blamed {blamed}"
    assert all(p.message for p in found.problems)
    _still_looks_at_it(found)


def _still_looks_at_it(found: Analysis) -> None:
    """What the canvas asks of a broken graph, and every remedy it offers, works without an exception."""
    for node in found.graph.nodes:
        assert found.param_count(node.id) >= 0
        found.input_shapes(node.id)
    assert found.total_params >= 0 and found.total_multiply_adds >= 0
    assert found.output is None or found.output in found.graph
    for problem in found.problems:
        for fix in problem.fixes:
            assert fix.title
            analyze(fix.apply(found.graph), None)
    analyze(found.graph, None)


@given(networks())
@quick
def test_blame_stays_with_the_layer_at_fault(case: tuple[GraphSpec, Shape, dict[str, Shape]]) -> None:
    """One broken layer is one problem: what comes after it is not blamed too."""
    graph, input_shape, _ = case
    dense = graph.outputs()[0]
    assert isinstance(graph[dense].layer, Dense)
    target = graph.sources(dense)[0]
    changed, new = graph.insert_on_edge(Edge(target, dense), Dense(units=0))
    found = analyze(changed, input_shape)
    assert [(p.node, p.field) for p in found.errors] == [(new, "units")]


def test_a_graph_from_a_file_with_a_connection_to_nowhere_is_refused_in_words() -> None:
    graph = GraphSpec((Node("a", Input()),))
    data = graph.to_json() | {"edges": [["a", "b"]]}
    try:
        GraphSpec.from_json(data)
    except Exception as error:
        assert "a -> b names a layer that is not there" in str(error)
    else:
        raise AssertionError("a connection to nowhere was taken")
