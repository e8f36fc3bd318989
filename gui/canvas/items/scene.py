"""Keeps cards and connections in step with the document, changing only what differs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QRegion
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from vitrine.core.network.graph import Edge
from vitrine.core.training.events import Diagnosis
from vitrine.gui.canvas.items.card import CardItem
from vitrine.gui.canvas.items.edge import EdgeItem, paint_arrow
from vitrine.gui.canvas.items.face import face_of
from vitrine.gui.canvas.items.metrics import CARD
from vitrine.gui.canvas.items.problem_strip import ProblemStrip
from vitrine.gui.canvas.items.thumbnail import Thumbnail
from vitrine.gui.look import theme
from vitrine.gui.state.document import Document
from vitrine.gui.state.placing import tidy

ROOM = 6000.0  # empty canvas around the cards, to pan into
CLEAR = 12.0  # between a card and what hangs from the one above it


class PreviewItem(QGraphicsItem):
    """The connection that is being drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.path = QPainterPath()
        self.ink = "accent"
        self.setZValue(3)
        self.hide()

    def show_path(self, path: QPainterPath, ink: str) -> None:
        self.prepareGeometryChange()
        self.path, self.ink = path, ink
        self.show()

    def boundingRect(self) -> QRectF:
        return self.path.boundingRect().adjusted(-10, -10, 10, 10)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style = Qt.PenStyle.DashLine if self.ink == "error" else Qt.PenStyle.SolidLine
        painter.strokePath(self.path, QPen(theme.color(self.ink), 3, style))
        paint_arrow(painter, self.path, theme.color(self.ink))


class NetworkScene(QGraphicsScene):
    """`cards` by layer id, `links` by connection. Selected cards are the document's selection, both ways."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.cards: dict[str, CardItem] = {}
        self._diagnoses: dict[str | None, tuple[Diagnosis, ...]] = {}
        self.links: dict[Edge, EdgeItem] = {}
        self.chosen_edge: Edge | None = None
        self.far = False
        self.exposed: QRegion | None = None  # what the view is painting, in its own pixels; None: everything
        self.holding = False  # a rubber band is being drawn: tell the document once, at its end
        self._syncing = False
        self._settled: object = None  # how cards, strips and connections lay when these were led last
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # few items that move
        self.preview = PreviewItem()
        self.addItem(self.preview)
        self.selectionChanged.connect(self.publish_selection)
        document.graph_changed.connect(self.sync)
        document.analysis_changed.connect(self.refresh)
        document.selection_changed.connect(self.show_selection)
        self.sync()

    # the document moved
    def sync(self) -> None:
        """Bring cards and connections to what the graph says now."""
        graph, self._syncing = self.document.graph, True
        try:
            self._follow_rename()
            for node_id in [n for n in self.cards if n not in graph]:
                self.removeItem(self.cards.pop(node_id))
            for node in graph.nodes:
                card = self.cards.get(node.id)
                if card is None:
                    card = self.cards[node.id] = CardItem(node.id, face_of(self.document.experiment, self.document.analysis, node.id))
                    card.set_far(self.far)
                    card.set_diagnoses(self._diagnoses.get(node.id, ()))
                    self.addItem(card)
                card.place(*tidy(node.position))
            for edge in [e for e in self.links if e not in graph.edges]:
                self.removeItem(self.links.pop(edge))
            for edge in graph.edges:
                if edge not in self.links:
                    self.links[edge], self._settled = EdgeItem(edge), None
                    self.addItem(self.links[edge])
        finally:
            self._syncing = False
        if self.chosen_edge not in self.links:
            self.chosen_edge = None
        self.refresh()
        self.show_selection(self.document.selection)

    def _follow_rename(self) -> None:
        """A layer under another name keeps its card, and with it its picture."""
        graph = self.document.graph
        lost = [n for n in self.cards if n not in graph]
        new = [n for n in graph.nodes if n.id not in self.cards]
        if len(lost) == len(new) == 1 and self.cards[lost[0]].face.kind is type(new[0].layer):
            card = self.cards.pop(lost[0])
            if card.pos() == QPointF(*tidy(new[0].position)):
                card.id = new[0].id
                self.cards[card.id] = card
            else:
                self.cards[lost[0]] = card

    def refresh(self) -> None:
        """Shapes, counts or problems may be others."""
        for node_id, card in self.cards.items():
            if node_id in self.document.graph:
                card.set_face(face_of(self.document.experiment, self.document.analysis, node_id))
        self.settle()
        self._fit_scene_rect()

    def settle(self) -> None:
        """Cards stand elsewhere, or say something else: what hangs below them ends above the next card, connections go round it."""
        bodies = {n: CARD.translated(card.pos()) for n, card in self.cards.items()}
        for node_id, card in self.cards.items():
            card.set_room(_room_below(bodies[node_id], bodies.values()) if card.strip else math.inf)
        strips = [card.strip.rect.translated(card.pos()) for card in self.cards.values() if not card.strip.rect.isEmpty()]
        lie = ({n: r.getRect() for n, r in bodies.items()}, [r.getRect() for r in strips], list(self.links))
        if lie == self._settled:
            return
        self._settled = lie
        for edge, item in self.links.items():
            others = [r for n, r in bodies.items() if n not in (edge.source, edge.target)]
            item.route(self.cards[edge.source].output_point(), self.cards[edge.target].input_point(), others, strips)

    def wanted_heights(self) -> dict[str, float]:
        """Of the cards with a problem: the height with all of its text."""
        return {n: ProblemStrip.reach(card.strip.problems) for n, card in self.cards.items() if card.strip}

    def _fit_scene_rect(self) -> None:
        """Only ever grow: a scene that shrinks would make the view jump."""
        self.setSceneRect(self.sceneRect() | self.content_rect().adjusted(-ROOM, -ROOM, ROOM, ROOM))

    def content_rect(self) -> QRectF:
        found = QRectF()
        for card in self.cards.values():
            found |= card.extent()
        return found

    # selection
    def show_selection(self, ids: list[str]) -> None:
        self._syncing = True
        for node_id, card in self.cards.items():
            card.setSelected(node_id in ids)
            card.setZValue(2 if node_id in ids else 1)
        self._syncing = False
        if ids:
            self.choose_edge(None)

    def publish_selection(self) -> None:
        if not self._syncing and not self.holding:
            self.document.select([n.id for n in self.document.graph.nodes if n.id in self.cards and self.cards[n.id].isSelected()])

    def choose_edge(self, edge: Edge | None) -> None:
        self.chosen_edge = edge
        for known, item in self.links.items():
            item.set_state(chosen=known == edge)

    def set_far(self, far: bool) -> None:
        """Cards are seen from afar, or no longer."""
        if far == self.far:
            return
        self.far = far
        for card in self.cards.values():
            card.set_far(far)
        self.settle()

    # moving by mouse, before the document hears of it
    def move_cards(self, places: dict[str, tuple[float, float]]) -> None:
        for node_id, place in places.items():
            if node_id in self.cards:
                self.cards[node_id].place(*place)
        self.settle()

    # pictures
    def set_thumbnails(self, images: Mapping[str, tuple[np.ndarray, str]]) -> None:
        for node_id, (values, colors) in images.items():
            card = self.cards.get(node_id)
            if card is not None:
                card.set_thumbnail(Thumbnail(values, colors))

    def set_diagnoses(self, standing: Iterable[Diagnosis]) -> None:
        """What stands of the run: the layers concerned bear a badge."""
        self._diagnoses = {}
        for found in standing:
            self._diagnoses[found.node] = (*self._diagnoses.get(found.node, ()), found)
        for node_id, card in self.cards.items():
            card.set_diagnoses(self._diagnoses.get(node_id, ()))

    def clear_thumbnails(self) -> None:
        for card in self.cards.values():
            card.set_thumbnail(None)

    def recolor(self) -> None:
        for card in self.cards.values():
            if card.thumbnail is not None:
                card.thumbnail.recolor()
        self.update()


def _room_below(body: QRectF, others: Iterable[QRectF]) -> float:
    """How far down from a card it is free."""
    below = (r.top() for r in others if r.top() > body.top() and r.left() < body.right() and r.right() > body.left())
    return min(below, default=math.inf) - body.bottom() - CLEAR
