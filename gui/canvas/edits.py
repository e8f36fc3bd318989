"""What canvas, palette, menus and keys do to the graph: each one undoable step on the document."""

from __future__ import annotations

import json
from collections.abc import Mapping

from vitrine.core.errors import GraphError, SpecError
from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import Edge, GraphSpec
from vitrine.gui.state.document import Document
from vitrine.gui.state.placing import HEIGHT, STEP, Position, arrange, free_spot, make_room, snap

CLIPBOARD = "vitrine-layers"
LONGEST_TEXT = 8_000_000  # letters on the clipboard that are looked at


def make_layer(type_name: str) -> Layer:
    """A layer of that type with its default settings. Raises SpecError for an unknown name."""
    layer: Layer = Layer.registry.get(type_name)()
    return layer


def has_entry(graph: GraphSpec) -> bool:
    return any(n.layer.is_entry() for n in graph.nodes)


def append(document: Document, type_name: str, after: str | None = None) -> str | None:
    """Add a layer after the given one, the last selected one or the last of all. Returns its id; None if refused."""
    layer, graph = make_layer(type_name), document.graph
    if layer.is_entry():
        return add_entry(document, layer)
    if after is None:
        chosen = [n for n in graph.order() if n in document.selection]
        after = chosen[-1] if chosen else None
    if after is None and graph.nodes:
        after = last_layer(graph)
    changed, new = graph.append(layer, after) if graph.nodes else graph.add(layer, (STEP, 0.0))
    document.edit_graph(make_room(changed, new), f"Append {layer.title}", select=[new])
    return new


def last_layer(graph: GraphSpec) -> str | None:
    """The output with most layers before it: what a person means by the end of the network."""
    outputs = graph.outputs()
    return max(outputs, key=lambda n: len(graph.ancestors(n))) if outputs else None


def add_entry(document: Document, layer: Layer) -> str | None:
    graph = document.graph
    if has_entry(graph):
        return None
    roots = [n.id for n in graph.nodes if not graph.sources(n.id)]
    left = min((n.position[0] for n in graph.nodes), default=STEP) - STEP
    height = graph[roots[0]].position[1] if roots else 0.0
    changed, new = graph.add(layer, (left, height))
    if len(roots) == 1:
        changed = changed.connect(new, roots[0])
    document.edit_graph(changed, f"Add {layer.title}", select=[new])
    return new


def place(document: Document, type_name: str, position: Position) -> str | None:
    """Put an unconnected layer there. Returns its id; None for a second Input."""
    layer = make_layer(type_name)
    if layer.is_entry() and has_entry(document.graph):
        return None
    graph, new = document.graph.add(layer, free_spot(document.graph, position))
    document.edit_graph(graph, f"Add {layer.title}", select=[new])
    return new


def insert(document: Document, type_name: str, edge: Edge) -> str:
    layer = make_layer(type_name)
    graph, new = document.graph.insert_on_edge(edge, layer)
    document.edit_graph(make_room(graph, new), f"Insert {layer.title}", select=[new])
    return new


def connect(document: Document, source: str, target: str) -> None:
    """Raises GraphError where the two can't be connected."""
    document.edit_graph(document.graph.connect(source, target), f"Connect {source} to {target}")


def disconnect(document: Document, edge: Edge) -> None:
    document.edit_graph(document.graph.disconnect(edge.source, edge.target), f"Disconnect {edge.source} from {edge.target}")


def delete(document: Document, ids: list[str]) -> None:
    """Remove layers and join what each stood between; the layer before the first one is selected next."""
    if ids:
        sources = [s for n in ids for s in document.graph.sources(n) if s not in ids]
        text = f"Delete {ids[0]}" if len(ids) == 1 else f"Delete {len(ids)} layers"
        document.edit_graph(document.graph.remove(ids), text, select=sources[:1])


def move(document: Document, positions: dict[str, Position], merge: str | None = None) -> None:
    moved = {n: p for n, p in positions.items() if n in document.graph and document.graph[n].position != p}
    if moved:
        text = f"Move {next(iter(moved))}" if len(moved) == 1 else f"Move {len(moved)} layers"
        document.edit_graph(document.graph.move(moved), text, merge)


def nudge(document: Document, ids: list[str], dx: float, dy: float) -> None:
    """Move by keyboard: steps that follow each other are one step to undo."""
    found = {n: document.graph[n].position for n in ids}
    moved = {n: (snap(x + dx), snap(y + dy)) for n, (x, y) in found.items()}
    move(document, moved, merge=f"nudge {' '.join(ids)}")


def arrange_all(document: Document, room: tuple[float, float] | None = None, heights: Mapping[str, float] | None = None) -> None:
    document.edit_graph(document.graph.move(arrange(document.graph, room, heights)), "Arrange")


# the clipboard
def copy_text(graph: GraphSpec, ids: list[str]) -> str:
    """The layers and the connections among them as JSON."""
    kept = [n for n in graph.nodes if n.id in ids]
    inner = tuple(e for e in graph.edges if e.source in ids and e.target in ids)
    return json.dumps({"format": CLIPBOARD, "version": 1, "graph": GraphSpec(tuple(kept), inner).to_json()}, indent=1)


def read_text(text: str) -> GraphSpec:
    """What `copy_text` wrote. Raises SpecError for anything else."""
    try:
        data = json.loads(text) if len(text) <= LONGEST_TEXT else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("format") != CLIPBOARD:
        raise SpecError("there are no layers on the clipboard")
    try:
        part = GraphSpec.from_json(data.get("graph"))
    except GraphError as error:
        raise SpecError(f"the layers on the clipboard are broken: {error}") from error
    fed = next((e for e in part.edges if part[e.target].layer.is_entry()), None)
    if fed is not None or len(part.order()) < len(part.nodes):
        reason = f"{fed.target} takes no input" if fed is not None else "their connections form a cycle"
        raise SpecError(f"the layers on the clipboard are broken: {reason}")
    return part


def add_copies(document: Document, part: GraphSpec, text: str, at: Position | None = None) -> list[str]:
    """Add copies under new names with their inner connections, at a place or below. A second Input stays out."""
    graph, names = document.graph, dict[str, str]()
    wanted = [n for n in part.nodes if not (n.layer.is_entry() and has_entry(graph))]
    if not wanted:
        return []
    left, top = (min(n.position[axis] for n in wanted) for axis in (0, 1))
    start = free_spot(graph, at if at is not None else (left, top + HEIGHT + 40))
    for node in wanted:
        spot = (start[0] + node.position[0] - left, start[1] + node.position[1] - top)
        name = node.id if node.id not in graph else graph.unused_id(node.id)
        graph, names[node.id] = graph.add(node.layer, free_spot(graph, spot), name)
    for edge in part.edges:
        if edge.source in names and edge.target in names:
            graph = graph.connect(names[edge.source], names[edge.target])
    document.edit_graph(graph, text, select=list(names.values()))
    return list(names.values())


def duplicate(document: Document, ids: list[str]) -> list[str]:
    inner = tuple(e for e in document.graph.edges if e.source in ids and e.target in ids)
    part = GraphSpec(tuple(n for n in document.graph.nodes if n.id in ids), inner)
    return add_copies(document, part, f"Duplicate {ids[0]}" if len(ids) == 1 else f"Duplicate {len(ids)} layers") if ids else []
