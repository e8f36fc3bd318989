"""From card to card: along the connections, and to the nearest one in a direction."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas.items.card import CardItem

_FORWARD = {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}


def sequence(graph: GraphSpec) -> list[str]:
    """All layers in the order of the data's flow, those on a cycle last."""
    order = graph.order()
    return order + [n.id for n in graph.nodes if n.id not in order]


def neighbour(graph: GraphSpec, cards: Mapping[str, CardItem], node_id: str, direction: str) -> str | None:
    """The layer that feeds this one (left) or that it feeds (right); else the nearest card that way."""
    linked = {"left": graph.sources, "right": graph.targets}.get(direction)
    found = linked(node_id) if linked else []
    return found[0] if found else nearest(cards, node_id, direction)


def nearest(cards: Mapping[str, CardItem], node_id: str, direction: str, skip: Collection[str] = ()) -> str | None:
    """The card nearest to this one within the quarter that the direction names, or None."""
    start, (ux, uy) = cards[node_id].pos(), _FORWARD[direction]
    best: tuple[float, str] | None = None
    for other, card in cards.items():
        delta = card.pos() - start
        ahead, aside = delta.x() * ux + delta.y() * uy, abs(delta.x() * uy) + abs(delta.y() * ux)
        if other != node_id and other not in skip and ahead > 0 and aside <= 2 * ahead:
            cost = ahead + 2 * aside
            best = min(best, (cost, other)) if best else (cost, other)
    return best[1] if best else None
