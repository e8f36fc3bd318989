"""The network as a person edits it: an immutable directed acyclic graph of layers. See `vitrine.core.network.analysis` for its checks."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from vitrine.core.errors import GraphError, SpecError, shown
from vitrine.core.layers.base import Layer
from vitrine.core.spec import stored

NAME = re.compile(r"[^\W\d]\w*")
MOST_LAYERS, MOST_CONNECTIONS = 10_000, 50_000  # that a file may describe
FARTHEST = 1e6  # from the canvas's middle that a layer may be placed, in pixels
LONGEST_NAME = 200


@dataclass(frozen=True)
class Node:
    """A layer with a name that is unique in its graph (`conv2d_1`) and a place on the canvas."""

    id: str
    layer: Layer
    position: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Edge:
    """`source` feeds `target`; a target's inputs are in the order of its edges."""

    source: str
    target: str


@dataclass(frozen=True)
class GraphSpec:
    """Nodes, edges and positions. Every edit returns a new graph; nothing here looks at shapes."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    _index: dict[str, Node] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)
    _sources: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)
    _targets: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        self._index.update((node.id, node) for node in self.nodes)
        if len(self._index) != len(self.nodes):
            raise GraphError("two layers bear the same name")
        for edge in self.edges:
            if edge.source not in self._index or edge.target not in self._index:
                raise GraphError(
                    f"the connection {edge.source[:LONGEST_NAME]} -> {edge.target[:LONGEST_NAME]} names a layer that is not there"
                )
            self._sources.setdefault(edge.target, []).append(edge.source)
            self._targets.setdefault(edge.source, []).append(edge.target)

    # looking
    @property
    def structure(self) -> tuple[dict[str, Layer], tuple[Edge, ...]]:
        """What a network depends on: layers by name and connections, not where cards lie. Compare it, keep it not."""
        return {node.id: node.layer for node in self.nodes}, self.edges

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._index

    def __getitem__(self, node_id: str) -> Node:
        try:
            return self._index[node_id]
        except KeyError:
            raise GraphError(f"there is no layer named {node_id!r}") from None

    def sources(self, node_id: str) -> list[str]:
        """The ids that feed the node, in the order of its inputs."""
        return list(self._sources.get(node_id, ()))

    def targets(self, node_id: str) -> list[str]:
        """Nodes that this one feeds."""
        return list(self._targets.get(node_id, ()))

    def outputs(self) -> list[str]:
        """The nodes that feed nothing."""
        return list(self.ends)

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """What `outputs` gives, found once."""
        return tuple(n.id for n in self.nodes if n.id not in self._targets)

    def order(self) -> list[str]:
        """Topological order, stable in the order of nodes. Nodes on a cycle are left out."""
        waiting = {n.id: len(self.sources(n.id)) for n in self.nodes}
        ready = deque(n for n, count in waiting.items() if count == 0)
        found: list[str] = []
        while ready:
            current = ready.popleft()
            found.append(current)
            for target in self.targets(current):
                waiting[target] -= 1
                if waiting[target] == 0:
                    ready.append(target)
        return found

    def ancestors(self, node_id: str) -> set[str]:
        """The node and everything that feeds it, directly or not."""
        return self._reach(node_id, self.sources)

    def descendants(self, node_id: str) -> set[str]:
        """All nodes that depend on this one, near and far."""
        return self._reach(node_id, self.targets)

    def _reach(self, start: str, step: Any) -> set[str]:
        seen, stack = {start}, [start]
        while stack:
            for other in step(stack.pop()):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return seen

    def would_cycle(self, source: str, target: str) -> bool:
        """Whether a connection from source to target would close a circle."""
        return source in self.descendants(target)

    def unused_id(self, base: str) -> str:
        """`conv2d_1`, `conv2d_2`, … for a type name or an id that is taken."""
        stem = re.sub(r"_\d+$", "", re.sub(r"\W+", "_", base.lower())) or "layer"
        number = 1
        while f"{stem}_{number}" in self._index:
            number += 1
        return f"{stem}_{number}"

    # editing
    def add(self, layer: Layer, position: tuple[float, float] = (0.0, 0.0), node_id: str | None = None) -> tuple[GraphSpec, str]:
        """The graph with one more, unconnected, layer, and the id it got."""
        node_id = node_id or self.unused_id(type(layer).__name__)
        if node_id in self._index:
            raise GraphError(f"the name {node_id!r} is taken")
        return replace(self, nodes=(*self.nodes, Node(node_id, layer, position))), node_id

    def remove(self, ids: Iterable[str], bridge: bool = True) -> GraphSpec:
        """Without these layers; `bridge` joins what a removed layer with one input stood between."""
        graph = self
        for node_id in ids:
            graph = graph._remove(node_id, bridge)
        return graph

    def _remove(self, node_id: str, bridge: bool) -> GraphSpec:
        self[node_id]
        sources = self.sources(node_id)
        edges: list[Edge] = []
        for edge in self.edges:
            if edge.target == node_id:
                continue
            if edge.source != node_id:
                edges.append(edge)
            elif bridge and len(sources) == 1:
                edges.append(Edge(sources[0], edge.target))
        return GraphSpec(tuple(n for n in self.nodes if n.id != node_id), tuple(dict.fromkeys(edges)))

    def set_layer(self, node_id: str, layer: Layer) -> GraphSpec:
        """With another layer at a node. Raises GraphError for an unknown node."""
        self[node_id]
        return replace(self, nodes=tuple(replace(n, layer=layer) if n.id == node_id else n for n in self.nodes))

    def move(self, positions: dict[str, tuple[float, float]]) -> GraphSpec:
        """With nodes at other places, in scene units."""
        return replace(self, nodes=tuple(replace(n, position=positions.get(n.id, n.position)) for n in self.nodes))

    def rename(self, node_id: str, new_id: str) -> GraphSpec:
        """Raises GraphError where the new name is taken or no identifier."""
        self[node_id]
        check_name(new_id)
        if new_id != node_id and new_id in self._index:
            raise GraphError(f"the name {new_id!r} is taken")
        swap = {node_id: new_id}
        return GraphSpec(
            tuple(replace(n, id=swap.get(n.id, n.id)) for n in self.nodes),
            tuple(Edge(swap.get(e.source, e.source), swap.get(e.target, e.target)) for e in self.edges),
        )

    def connect(self, source: str, target: str) -> GraphSpec:
        """With this connection; a target that takes one input gives up the one it had. Raises GraphError (cycle, double)."""
        self.check_connection(source, target)
        edges = self.edges
        if self[target].layer.inputs[1] == 1:
            edges = tuple(e for e in edges if e.target != target)
        return replace(self, edges=(*edges, Edge(source, target)))

    def check_connection(self, source: str, target: str) -> None:
        """Raises GraphError saying why the two can't be connected."""
        self[source]
        if self[target].layer.is_entry():
            raise GraphError(f"{target} takes no input: it is where the data enters")
        if source == target:
            raise GraphError("a layer can't feed itself")
        if Edge(source, target) in self.edges:
            raise GraphError(f"{source} feeds {target} already")
        if self.would_cycle(source, target):
            raise GraphError(f"a cycle: {target} feeds {source} already")

    def disconnect(self, source: str, target: str) -> GraphSpec:
        """Without a connection; itself where there is none."""
        return replace(self, edges=tuple(e for e in self.edges if e != Edge(source, target)))

    def insert_on_edge(
        self, edge: Edge, layer: Layer, position: tuple[float, float] | None = None, node_id: str | None = None
    ) -> tuple[GraphSpec, str]:
        """With the layer put between the edge's two ends."""
        if edge not in self.edges:
            raise GraphError(f"there is no connection {edge.source} -> {edge.target}")
        if position is None:
            (ax, ay), (bx, by) = self[edge.source].position, self[edge.target].position
            position = ((ax + bx) / 2, (ay + by) / 2)
        graph, new = self.add(layer, position, node_id)
        at = graph.edges.index(edge)
        edges = (*graph.edges[:at], Edge(edge.source, new), Edge(new, edge.target), *graph.edges[at + 1 :])
        return replace(graph, edges=edges), new

    def append(self, layer: Layer, after: str | None = None, position: tuple[float, float] | None = None) -> tuple[GraphSpec, str]:
        """With the layer after `after`, or after the last one; what `after` fed is fed by the new layer."""
        outputs = self.outputs()
        after = after if after is not None else (outputs[-1] if outputs else None)
        if after is None or layer.is_entry():
            return self.add(layer, position or (0.0, 0.0))
        x, y = self[after].position
        graph, new = self.add(layer, position or (x + 190.0, y))
        edges = tuple(Edge(new, e.target) if e.source == after else e for e in graph.edges)
        return replace(graph, edges=(*edges, Edge(after, new))), new

    # storing
    def to_json(self) -> dict[str, Any]:
        """Nodes and edges as plain values; `from_json` reads them."""
        nodes = [{"id": n.id, "position": list(n.position), "layer": stored(n.layer)} for n in self.nodes]
        return {"nodes": nodes, "edges": [[e.source, e.target] for e in self.edges]}

    @classmethod
    def from_json(cls, data: Any) -> GraphSpec:
        """Raises SpecError for a broken description, naming the layer, and GraphError for a broken connection."""
        nodes, edges = (data.get("nodes"), data.get("edges")) if isinstance(data, dict) else (None, None)
        if not isinstance(nodes, list) or not isinstance(edges, list):
            raise SpecError("the network's description is broken: it takes a list of nodes and a list of edges")
        for what, count, most in (("layers", len(nodes), MOST_LAYERS), ("connections", len(edges), MOST_CONNECTIONS)):
            if count > most:
                raise SpecError(f"the network has {count:,} {what}: at most {most:,} can be shown")
        found = tuple(_node_from_json(i, entry) for i, entry in enumerate(nodes, 1))
        return cls(found, tuple(_edges_from_json(edges)))

    @classmethod
    def chain(cls, *layers: Layer) -> GraphSpec:
        """A straight line of layers, each feeding the next."""
        graph = cls()
        for layer in layers:
            graph, _ = graph.append(layer)
        return graph


def check_name(node_id: str) -> None:
    """Raises GraphError where this can't be the name of a layer."""
    if not NAME.fullmatch(node_id):
        raise GraphError(f"{shown(node_id)} can't be a layer's name: letters, digits and underscores, a letter first")
    if len(node_id) > LONGEST_NAME:
        raise GraphError(f"{shown(node_id)} can't be a layer's name: {len(node_id):,} letters, at most {LONGEST_NAME} can be shown")


def _node_from_json(number: int, entry: Any) -> Node:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise SpecError(f"layer {number} of the network has no name: it is described by {shown(entry)}")
    name = entry["id"]
    check_name(name)
    if "layer" not in entry:
        raise SpecError(f"layer {name}: it is not said of which type it is")
    try:
        layer = Layer.from_json(entry["layer"])
    except SpecError as error:
        raise SpecError(f"layer {name}: {error}", error.field) from error
    position = entry.get("position", (0.0, 0.0))
    if not isinstance(position, (list, tuple)) or len(position) != 2 or not all(map(_is_place, position)):
        raise SpecError(f"layer {name}: its position on the canvas must be two numbers up to {FARTHEST:,.0f}, not {shown(position)}")
    return Node(name, layer, (float(position[0]), float(position[1])))


def _is_place(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= FARTHEST


def _edges_from_json(entries: list[Any]) -> Iterable[Edge]:
    seen = set[Edge]()
    for entry in entries:
        if not isinstance(entry, (list, tuple)) or len(entry) != 2 or not all(isinstance(end, str) for end in entry):
            raise SpecError(f"the network's description is broken: a connection is two names of layers, not {shown(entry)}")
        edge = Edge(*entry)
        if edge in seen:
            raise GraphError(f"{shown(edge.source)} feeds {shown(edge.target)} twice")
        seen.add(edge)
        yield edge
