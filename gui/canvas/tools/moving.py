"""Moving cards by mouse: seen at once, told to the document when the button is let go."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from vitrine.gui.canvas import edits
from vitrine.gui.canvas.ground import Ground
from vitrine.gui.state.placing import snap


class MoveTool:
    """One press on a card until the release. All selected cards move together and keep their distances."""

    def __init__(self, canvas: Ground, node_id: str, at: QPointF, toggles: bool) -> None:
        self.canvas, self.node_id, self.start, self.toggles = canvas, node_id, at, toggles
        selection = canvas.document.selection
        self.was_selected = node_id in selection
        if not self.was_selected:
            canvas.document.select([*selection, node_id] if toggles else [node_id])
        graph = canvas.document.graph
        self.origin = {n: graph[n].position for n in canvas.document.selection}
        self.places: dict[str, tuple[float, float]] = {}
        self.moving = False

    def move(self, at: QPointF) -> None:
        delta = self.canvas.mapToScene(at.toPoint()) - self.canvas.mapToScene(self.start.toPoint())
        if not self.moving and (at - self.start).manhattanLength() < QApplication.startDragDistance():
            return
        self.moving = True
        x, y = self.origin[self.node_id]
        dx, dy = snap(x + delta.x()) - x, snap(y + delta.y()) - y
        self.places = {n: (ox + dx, oy + dy) for n, (ox, oy) in self.origin.items()}
        self.canvas.network.move_cards(self.places)

    def release(self, at: QPointF) -> None:
        document = self.canvas.document
        if self.moving:
            edits.move(document, self.places)
        elif self.was_selected and self.toggles:
            document.select([n for n in document.selection if n != self.node_id])
        elif self.was_selected:
            document.select([self.node_id])

    def cancel(self) -> None:
        self.canvas.network.move_cards(self.origin)
