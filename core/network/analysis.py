"""What a graph amounts to for given data: shapes, parameters, cost, and every fault bound to the layer at fault."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from math import prod
from numbers import Real
from typing import Any

from vitrine.core.activations.base import Activation
from vitrine.core.errors import GUEST, Hint, ShapeError, breaks, shown
from vitrine.core.initializers.param import Param
from vitrine.core.layers.base import Layer, Shape, entry
from vitrine.core.network.cost import Cost
from vitrine.core.network.graph import Edge, GraphSpec
from vitrine.core.network.linear_chains import linear_chains

log = logging.getLogger(__name__)

MOST_VALUES = 10**12  # of a layer's output for one example, or of its parameters: beyond it nothing is worked out


def unchanged(graph: GraphSpec) -> GraphSpec:
    """The graph itself: of a remedy that lies elsewhere."""
    return graph


@dataclass(frozen=True)
class Fix:
    """One click's remedy: what the button says and the graph it leads to. `settings`: those of another part that it sets,
    by names such as "training.batch_size", where the remedy lies outside of the graph."""

    title: str
    apply: Callable[[GraphSpec], GraphSpec] = unchanged
    settings: tuple[tuple[str, Any], ...] = ()
    removes: bool = False  # a layer, rather than building on


@dataclass(frozen=True)
class Problem:
    """A fault of the experiment: where (`node`, `field`; None: the whole), what, and how to mend it.

    An "error" keeps a run from starting, a "warning" does not.
    """

    message: str
    node: str | None = None
    field: str | None = None
    severity: str = "error"
    fixes: tuple[Fix, ...] = ()

    def __str__(self) -> str:
        return f"{self.node}: {self.message}" if self.node else self.message

    @property
    def urgency(self) -> tuple[bool, bool, bool]:
        """For sorting: errors first; among them what one click mends, and mending before removing."""
        return self.severity != "error", not self.fixes, any(fix.removes for fix in self.fixes)


@dataclass(frozen=True)
class Analysis:
    """The result of `analyze`. Shapes are missing for the nodes that could not be worked out."""

    graph: GraphSpec
    order: tuple[str, ...]
    shapes: dict[str, Shape] = field(default_factory=dict)
    params: dict[str, dict[str, Param]] = field(default_factory=dict)
    multiply_adds: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    cost: Cost | None = None  # of a run, where the experiment asked for it and no fault leaves it open

    @property
    def output(self) -> str | None:
        """The one node whose output is compared with the targets."""
        outputs = [n for n in self.graph.outputs() if not self.graph[n].layer.is_entry()]
        return outputs[0] if len(outputs) == 1 else None

    @property
    def output_shape(self) -> Shape | None:
        """Shape of the network's output; None where it can't be told."""
        return self.shapes.get(self.output) if self.output else None

    def input_shapes(self, node_id: str) -> list[Shape] | None:
        """What reaches the node, or None while a source's shape is unknown."""
        found = [self.shapes.get(source) for source in self.graph.sources(node_id)]
        return None if None in found else found  # type: ignore[return-value]

    def param_count(self, node_id: str) -> int:
        """Number of parameters of a node."""
        return sum(p.size for p in self.params.get(node_id, {}).values())

    @property
    def fewest_examples(self) -> int:
        """Examples that a batch must hold in training."""
        return max(map(self.fewest_examples_of, self.order), default=1)

    def fewest_examples_of(self, node_id: str) -> int:
        """Examples that a batch must hold for that node; 1 while its shapes are not known."""
        shapes = self.input_shapes(node_id) if node_id in self.shapes else None
        return self.graph[node_id].layer.fewest_examples(*shapes) if shapes is not None else 1

    @property
    def total_params(self) -> int:
        """Number of parameters of the whole network."""
        return sum(self.param_count(node_id) for node_id in self.order)

    @property
    def total_multiply_adds(self) -> int:
        """Multiply-adds of one example's forward pass."""
        return sum(self.multiply_adds.values())

    @property
    def ok(self) -> bool:
        """Whether nothing stands against running it."""
        return not self.errors

    @property
    def errors(self) -> list[Problem]:
        """What stands against running it, that first which is best mended first."""
        return [p for p in self.urgent if p.severity == "error"]

    @property
    def urgent(self) -> list[Problem]:
        """All problems, by urgency."""
        return sorted(self.problems, key=lambda p: p.urgency)

    def problems_of(self, node_id: str) -> list[Problem]:
        """Problems bound to a node, by urgency."""
        return [p for p in self.urgent if p.node == node_id]


def analyze(graph: GraphSpec, input_shape: Shape | None) -> Analysis:
    """Work out the graph for examples of `input_shape` (None: not known yet). Never raises for a bad graph."""
    order = graph.order()
    result = Analysis(graph, tuple(order))
    problems = _structure_problems(graph, order)
    for node_id in order:
        try:
            problems += _visit(result, node_id, input_shape)
        except GUEST as error:  # a layer's own code is a guest
            result.shapes.pop(node_id, None)
            problems.append(broken(error, node_id))
    problems += _needless_layers(result)
    return Analysis(graph, result.order, result.shapes, result.params, result.multiply_adds, tuple(problems))


def _needless_layers(result: Analysis) -> list[Problem]:
    """Rows of layers with nothing between them that bends: however many, they compute no more than one layer could."""
    found = []
    for chain in linear_chains(result.graph, result.order, result.shapes, result.params):
        first, last, straight = chain[0], chain[-1], chain[:-1]
        count = "two" if len(chain) == 2 else str(len(chain))
        text = f"no activation from here to {last}: these {count} layers compute no more than one layer could"
        able = [node for node in straight if "activation" in {f.name for f in type(result.graph[node].layer).fields()}]
        bend = next((kind() for kind in Activation.registry if kind.usual), None)
        fixes: tuple[Fix, ...] = ()
        if able and bend is not None:
            title = f"Use {bend.title} in {able[0] if len(able) == 1 else f'{len(able)} layers'}"
            fixes = (Fix(title, partial(_bend, nodes=able, activation=bend)),)
        found.append(Problem(text, first, severity="warning", fixes=fixes))
    return found


def _bend(graph: GraphSpec, nodes: list[str], activation: Activation) -> GraphSpec:
    for node in nodes:
        graph = graph.set_layer(node, graph[node].layer.replace(activation=activation))
    return graph


def broken(error: BaseException, node: str | None = None, field: str | None = None) -> Problem:
    """What to say where contributed code raises what it should not."""
    log.error("contributed code broke at %s", node or field, exc_info=error)
    return Problem(breaks(error), node, field)


def _visit(result: Analysis, node_id: str, input_shape: Shape | None) -> list[Problem]:
    graph, layer = result.graph, result.graph[node_id].layer
    bad = [Problem(f"{p.label}: {p.message}", node_id, p.field) for p in layer.problems()]
    fewest, most = layer.inputs
    count = len(graph.sources(node_id))
    if most == 0:
        if input_shape is not None and not bad:
            result.shapes[node_id] = tuple(input_shape)
            bad += _shape_of(result, node_id, layer, (tuple(input_shape),))
        return bad
    if count < fewest:
        text = "nothing is connected to its input" if fewest == 1 else f"needs {fewest} inputs, has {count}"
        bad.append(Problem(text, node_id, fixes=_connect_fixes(graph, node_id) if fewest == 1 else ()))
    elif most is not None and count > most:
        bad.append(Problem(f"takes {most} input{'s' if most > 1 else ''}, has {count}", node_id))
    shapes = result.input_shapes(node_id)
    if bad or not shapes:
        return bad
    return _shape_of(result, node_id, layer, tuple(shapes))


def _shape_of(result: Analysis, node_id: str, layer: Layer, shapes: tuple[Shape, ...]) -> list[Problem]:
    try:
        shape = layer.output_shape(*shapes)
        params = layer.param_shapes(*shapes)
    except ShapeError as error:
        result.shapes.pop(node_id, None)
        fixes = (fix_from_hint(error.hint, node_id),) if error.hint else ()
        return [Problem(str(error), node_id, error.field, fixes=fixes)]
    for what, count in (("values an example", prod(shape)), ("parameters", sum(p.size for p in params.values()))):
        if count > MOST_VALUES:
            result.shapes.pop(node_id, None)
            return [Problem(f"gives {count:.2g} {what}: more than {MOST_VALUES:.0e}, which no memory holds", node_id)]
    work = layer.multiply_adds(*shapes)
    if not isinstance(work, Real) or not 0 <= work < float("inf"):
        raise TypeError(f"its multiply-adds must be a number of at least 0, not {shown(work)}")
    result.shapes[node_id] = shape
    result.params[node_id] = params
    result.multiply_adds[node_id] = work
    return []


def _structure_problems(graph: GraphSpec, order: list[str]) -> list[Problem]:
    problems = []
    reached = set(order)
    for node in graph.nodes:
        if node.id not in reached:
            problems.append(Problem("is on a cycle, or behind one: data must flow one way", node.id))
    entries = [n.id for n in graph.nodes if n.layer.is_entry()]
    if not entries:
        problems.append(Problem("the network has no input", fixes=(Fix("Add an Input", _add_input),)))
    for extra in entries[1:]:
        problems.append(Problem("a second input: the network takes one", extra, fixes=(_remove_fix(extra),)))
    outputs = [n for n in graph.outputs() if n not in entries]
    if len(outputs) > 1:
        last = max(outputs, key=lambda n: len(graph.ancestors(n)))
        for extra in outputs:
            if extra != last:
                text = f"a second output beside {last}: connect it onwards or remove it"
                problems.append(Problem(text, extra, fixes=(_remove_fix(extra),)))
    elif entries and not outputs:
        problems.append(Problem("the network has no layer yet: add one after the input", entries[0]))
    return problems


def _add_input(graph: GraphSpec) -> GraphSpec:
    left = min((n.position[0] for n in graph.nodes), default=190.0)
    graph2, new = graph.add(entry(), (left - 190.0, 0.0))
    roots = [n.id for n in graph.nodes if not graph.sources(n.id)]
    return graph2.connect(new, roots[0]) if roots else graph2


def _remove_fix(node_id: str) -> Fix:
    return Fix(f"Remove {node_id}", lambda graph: graph.remove([node_id]), removes=True)


def _connect_fixes(graph: GraphSpec, node_id: str) -> tuple[Fix, ...]:
    """Offer the nearest loose end to the left, if there is just one that would not make a cycle."""
    below = graph.descendants(node_id)
    loose = list(islice((n for n in graph.ends if n not in below), 2))
    if len(loose) != 1:
        return ()
    return (Fix(f"Connect {loose[0]}", lambda g: g.connect(loose[0], node_id)),)


def fix_from_hint(hint: Hint, node_id: str) -> Fix:
    """The edit that a layer's hint stands for."""

    def apply(graph: GraphSpec) -> GraphSpec:
        if hint.action == "set_field":
            return graph.set_layer(node_id, graph[node_id].layer.replace(**{hint.field: hint.value}))
        if hint.action == "remove":
            return graph.remove([node_id])
        layer = Layer.registry.get(hint.value)()
        for source in graph.sources(node_id):
            graph, _ = graph.insert_on_edge(Edge(source, node_id), layer)
        return graph

    return Fix(hint.title, apply, removes=hint.action == "remove")
