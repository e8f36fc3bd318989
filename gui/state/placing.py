"""Where cards stand: arranging all of them, finding room for new ones. Pure functions of the graph."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vitrine.core.network.graph import GraphSpec

Position = tuple[float, float]

WIDTH, HEIGHT = 152.0, 196.0  # of a card, in scene units
STEP = 190.0  # from one card's left to the next one's, as `GraphSpec.append` places them
ROW = 290.0  # from one row of cards to the next, with room for a problem's text between; farther where that is long
LANE = 40.0  # what is kept free between such a text and the next row, for connections
GRID = 10.0  # cards snap to it
FARTHEST = 50_000.0


def snap(value: float) -> float:
    return round(value / GRID) * GRID


def tidy(position: Position) -> Position:
    """A finite place within reach, whatever a file said."""
    x, y = (min(max(v, -FARTHEST), FARTHEST) if math.isfinite(v) else 0.0 for v in position)
    return x, y


def arrange(graph: GraphSpec, room: tuple[float, float] | None = None, heights: Mapping[str, float] | None = None) -> dict[str, Position]:
    """Columns by the longest way from an input, rows so that neighbours face each other; loose cards below.

    With `room`, the width and height of the view, a long network goes on in the next line like text, where that
    lets the cards be shown clearly larger. `heights`: of cards with what hangs below them, where that is more than the card's.
    """
    columns, heights = _columns(graph), heights or {}
    rows = _rows(graph, columns)
    per_line = _per_line(columns, room, heights) if room is not None and columns else max(len(columns), 1)
    places: dict[str, Position] = {}
    top = 0.0
    for start in range(0, len(columns), per_line):
        line = columns[start : start + per_line]
        highest, pitch = min(rows[n] for column in line for n in column), _pitch(line, heights)
        for at, column in enumerate(line):
            places |= {n: (at * STEP, snap(top + (rows[n] - highest) * pitch)) for n in column}
        top += _height(line) * pitch
    loose = [n.id for n in graph.nodes if n.id not in places]
    return places | {n: (at * STEP, top) for at, n in enumerate(loose)}


def _height(columns: list[list[str]]) -> int:
    return max(len(column) for column in columns)


def _pitch(columns: list[list[str]], heights: Mapping[str, float]) -> float:
    """From one row to the next, so that what hangs below the cards of one ends above the other."""
    tallest = max(heights.get(n, HEIGHT) for column in columns for n in column)
    return max(ROW, math.ceil((tallest + LANE) / GRID) * GRID)


def _per_line(columns: list[list[str]], room: tuple[float, float], heights: Mapping[str, float]) -> int:
    """How many columns stand in a line so that the whole is shown largest; one line unless more gain a sixth."""

    def zoom(per_line: int) -> float:
        lines = [columns[i : i + per_line] for i in range(0, len(columns), per_line)]
        height = sum(_height(line) * _pitch(line, heights) for line in lines) - (ROW - HEIGHT)
        return min(room[0] / (per_line * STEP - STEP + WIDTH), room[1] / height, 1.0)

    best = len(columns)
    for count in range(2, len(columns)):
        per_line = math.ceil(len(columns) / count)
        if zoom(per_line) > zoom(best) * 7 / 6:
            best = per_line
    return best


def _rows(graph: GraphSpec, columns: list[list[str]]) -> dict[str, float]:
    """A row for every card, around 0, after two sweeps that pull each towards its neighbours."""
    rows: dict[str, float] = {}
    for _sweep in range(2):
        for column in columns:
            column.sort(key=lambda n: _pull(graph.sources(n), rows, rows.get(n, 0.0)))
            _spread(column, rows)
        for column in reversed(columns):
            column.sort(key=lambda n: _pull(graph.targets(n), rows, rows[n]))
            _spread(column, rows)
    return rows


def _columns(graph: GraphSpec) -> list[list[str]]:
    order = graph.order()
    linked = {n for edge in graph.edges for n in (edge.source, edge.target)}
    if len(order) > 1:
        order = [n for n in order if n in linked or graph[n].layer.is_entry()]
    depths: dict[str, int] = {}
    for node in order:
        depths[node] = max((depths[s] + 1 for s in graph.sources(node) if s in depths), default=0)
    columns: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for node in order:
        columns[depths[node]].append(node)
    return columns


def _pull(neighbours: list[str], rows: dict[str, float], fallback: float) -> float:
    known = [rows[n] for n in neighbours if n in rows]
    return sum(known) / len(known) if known else fallback


def _spread(column: list[str], rows: dict[str, float]) -> None:
    for at, node in enumerate(column):
        rows[node] = at - (len(column) - 1) / 2


def free_spot(graph: GraphSpec, position: Position, ignore: frozenset[str] = frozenset()) -> Position:
    """The nearest place straight below where the card covers no other."""
    x, y = (snap(v) for v in tidy(position))
    others = [tidy(n.position) for n in graph.nodes if n.id not in ignore]
    while True:
        hit = [oy for ox, oy in others if abs(ox - x) < WIDTH + 8 and abs(oy - y) < HEIGHT + 8]
        if not hit:
            return x, y
        y = snap(max(hit) + HEIGHT + 40)


def make_room(graph: GraphSpec, new: str) -> GraphSpec:
    """Put a card that was inserted between its sources and its targets, and push what follows to the right."""
    sources = [tidy(graph[s].position) for s in graph.sources(new)]
    targets = [tidy(graph[t].position) for t in graph.targets(new)]
    x, y = tidy(graph[new].position)
    if sources and targets:
        left, right = max(x for x, _ in sources), min(x for x, _ in targets)
        forward = right > left
        x = max(left + STEP, (left + right) / 2) if forward else left + STEP  # the end of a line: make it longer
        y = (sources[0][1] + targets[0][1]) / 2 if forward else sources[0][1]
    moved = {new: (x, y)}
    if targets:
        push = x + STEP - min(tx for tx, _ in targets)
        behind = _onwards(graph, new) if 0 < push <= 2 * STEP else set()
        moved |= {n: (graph[n].position[0] + push, graph[n].position[1]) for n in behind}
    graph = graph.move(moved)
    return graph.move({new: free_spot(graph, moved[new], frozenset({new}))})


def _onwards(graph: GraphSpec, start: str) -> set[str]:
    """What follows in the same line: behind a connection that goes back to the left another line begins."""
    found: set[str] = set()
    stack = graph.targets(start)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack += [t for t in graph.targets(node) if graph[t].position[0] > graph[node].position[0]]
    return found


def settle(before: GraphSpec, after: GraphSpec) -> GraphSpec:
    """Make room for every layer that the edit from `before` to `after` brought."""
    for node in after.nodes:
        if node.id not in before:
            after = make_room(after, node.id)
    return after
