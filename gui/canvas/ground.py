"""The canvas without hands: the network in a view, what lies under a point, and where its words go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Signal
from PySide6.QtWidgets import QWidget

from vitrine.core.network.graph import Edge
from vitrine.core.training.events import Diagnosis
from vitrine.gui.canvas.hint import HintLabel
from vitrine.gui.canvas.items.scene import NetworkScene
from vitrine.gui.canvas.zoom import ZoomView
from vitrine.gui.state.document import Document


@dataclass(frozen=True)
class Hit:
    """What lies under a point: a part of a card, or a connection, or nothing."""

    node: str | None = None
    part: str | None = None
    edge: Edge | None = None


class Tool(Protocol):
    """What the mouse holds between a press and the release."""

    def move(self, at: QPointF) -> None: ...
    def release(self, at: QPointF) -> None: ...
    def cancel(self) -> None: ...


class Ground(ZoomView):
    """What tools and verbs work on: `document`, its cards and connections in `network`, the `tool` in hand, a `hint` by the cursor.

    edit_requested: the person wants the layer's settings (Enter, double-click). message: something to say in the window's message bar,
    as (kind, text). menu_requested: the menu of a Hit, at a point of the screen. diagnoses_requested: a card's badge was pressed.
    """

    edit_requested = Signal(str)
    message = Signal(str, str)
    menu_requested = Signal(object, QPoint)
    diagnoses_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        self.document = document
        self.network = NetworkScene(document)
        super().__init__(self.network, parent)
        self.network.setParent(self)
        self.tool: Tool | None = None
        self.hint = HintLabel(self)

    @property
    def selected(self) -> list[str]:
        return [n for n in self.document.selection if n in self.document.graph]

    def stop_tool(self) -> None:
        """Give up the move or connection that is under way."""
        tool, self.tool = self.tool, None
        if tool is not None:
            tool.cancel()

    def content_rect(self) -> QRectF:
        return self.network.content_rect()

    def hit(self, at: QPointF) -> Hit:
        """What lies under a point of the viewport."""
        point = self.mapToScene(at.toPoint())
        cards = sorted(self.network.cards.values(), key=lambda card: -card.zValue())
        for card in cards:
            part = card.part_at(point - card.pos())
            if part is not None:
                return Hit(card.id, part)
        for edge, item in self.network.links.items():
            if item.shape().contains(point):
                return Hit(edge=edge)
        return Hit()

    # pictures
    def thumbnail_nodes(self) -> list[str]:
        """The layers whose cards are in sight and large enough for a picture."""
        if not self.isVisible() or self.zoom() < 0.25:
            return []
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        return [n for n, card in self.network.cards.items() if seen.intersects(card.extent())]

    def set_thumbnails(self, images: Mapping[str, tuple[np.ndarray, str]]) -> None:
        """Show composed index images (2-D uint8) with the colour maps "diverging", "magnitude" or "gray"."""
        self.network.set_thumbnails(images)

    def set_diagnoses(self, standing: Iterable[Diagnosis]) -> None:
        """What stands of the run: the layers concerned bear a badge."""
        self.network.set_diagnoses(standing)

    def clear_thumbnails(self) -> None:
        self.network.clear_thumbnails()
