"""Layers dragged from the palette: onto a connection, behind a card, or onto empty canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QPointF

from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import Edge
from vitrine.gui.canvas import edits
from vitrine.gui.canvas.ground import Ground
from vitrine.gui.canvas.items.metrics import CARD

MIME = "application/x-vitrine-layer"
REACH = 26.0  # how near to a connection a dragged layer is taken by it


def layer_mime(type_name: str) -> QMimeData:
    data = QMimeData()
    data.setData(MIME, type_name.encode())
    return data


def layer_name(data: QMimeData) -> str | None:
    """The type name that is dragged, or None for anything else and for unknown types."""
    if not data.hasFormat(MIME):
        return None
    name = bytes(data.data(MIME).data()).decode(errors="replace")
    return name if name in Layer.registry else None


@dataclass(frozen=True)
class Place:
    """Where a drop would go: onto an edge, behind a card, or to a free point; refused with a reason."""

    edge: Edge | None = None
    after: str | None = None
    refused: str = ""

    def words(self) -> tuple[str, str]:
        """What would happen, and the tone to say it in."""
        if self.refused:
            return self.refused, "error"
        if self.edge is not None:
            return f"Insert between {self.edge.source} and {self.edge.target}", "good"
        return (f"Append after {self.after}", "good") if self.after is not None else ("Place here", "")


class DropTarget:
    """Follows one drag above the canvas and carries out its drop."""

    def __init__(self, canvas: Ground) -> None:
        self.canvas = canvas
        self.place = Place()

    def find(self, type_name: str, at: QPointF) -> Place:
        scene, graph = self.canvas.network, self.canvas.document.graph
        kind = Layer.registry.get(type_name)
        if kind.is_entry():
            return Place(refused="The network has its Input already") if edits.has_entry(graph) else Place()
        point = self.canvas.mapToScene(at.toPoint())
        near = [(item.distance(point), edge) for edge, item in scene.links.items()]
        close = min(near, key=lambda found: found[0], default=None)
        node = self.canvas.hit(at).node
        if node is None:
            return Place(edge=close[1]) if close is not None and close[0] <= REACH / min(1.0, self.canvas.zoom()) else Place()
        left = scene.cards[node].mapFromScene(point).x() < CARD.center().x()
        beside = [e for e in graph.edges if (e.target if left else e.source) == node]
        if beside:
            return Place(edge=min(beside, key=lambda e: scene.links[e].distance(point)))
        return Place(after=node)

    def hover(self, type_name: str, at: QPointF) -> None:
        self.show(self.find(type_name, at))
        text, tone = self.place.words()
        self.canvas.hint.say(text, tone, at.toPoint(), below=52)  # clear of the picture that is dragged

    def show(self, place: Place) -> None:
        self.place = place
        for edge, item in self.canvas.network.links.items():
            item.set_state(highlight=edge == place.edge)
        for node_id, card in self.canvas.network.cards.items():
            card.set_marked("good" if node_id == place.after else None)

    def leave(self) -> None:
        self.show(Place())
        self.canvas.hint.hide()

    def drop(self, type_name: str, at: QPointF) -> str | None:
        """The new layer's id, or None where the drop is refused."""
        place = self.find(type_name, at)
        self.leave()
        document = self.canvas.document
        if place.refused:
            self.canvas.message.emit("warning", place.refused)
            return None
        if place.edge is not None:
            return edits.insert(document, type_name, place.edge)
        if place.after is not None:
            return edits.append(document, type_name, place.after)
        point = self.canvas.mapToScene(at.toPoint()) - CARD.center()
        return edits.place(document, type_name, (point.x(), point.y()))
