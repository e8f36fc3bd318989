"""The canvas's verbs: what keys, menus and the window's actions call."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from core.errors import SpecError
from core.graph import GraphSpec
from gui.canvas import edits
from gui.canvas.connecting import ConnectTool
from gui.canvas.keys import DIRECTIONS
from gui.canvas.layout import arrange
from gui.canvas.metrics import CARD, GRID
from gui.canvas.rename import NameEditor
from gui.canvas.zoom import ZoomView

if TYPE_CHECKING:
    from gui.canvas.scene import NetworkScene
    from gui.document import Document

_FORWARD = {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}


class CanvasActions(ZoomView):
    """Everything a key or a menu can ask for; mouse and drawing are in Canvas."""

    document: Document
    network: NetworkScene
    tool: Any
    name_editor: NameEditor | None
    message: Any
    edit_requested: Any

    @property
    def selected(self) -> list[str]:
        return [n for n in self.document.selection if n in self.document.graph]

    # edits
    def delete(self) -> None:
        """The selected layers, or the chosen connection."""
        edge = self.network.chosen_edge
        if self.selected:
            edits.delete(self.document, self.selected)
        elif edge is not None:
            edits.disconnect(self.document, edge)

    def duplicate(self) -> None:
        if self.selected and not edits.duplicate(self.document, self.selected):
            self.message.emit("info", "The network takes one Input: it was not duplicated")

    def copy(self) -> None:
        if self.selected:
            QGuiApplication.clipboard().setText(edits.copy_text(self.document.graph, self.selected))

    def cut(self) -> None:
        self.copy()
        if self.selected:
            edits.delete(self.document, self.selected)

    def paste(self, at: tuple[float, float] | None = None) -> None:
        data: QMimeData = QGuiApplication.clipboard().mimeData()
        try:
            part = edits.read_text(data.text() if data is not None else "")
        except SpecError as error:
            self.message.emit("warning", f"Nothing pasted: {error}")
            return
        if not edits.add_copies(self.document, part, "Paste", at):
            self.message.emit("info", "Nothing pasted: the network takes one Input")

    def apply_fix(self, node_id: str, number: int = 0) -> None:
        """Carry out one of the remedies offered under a card."""
        fixes = self.network.cards[node_id].strip.fixes if node_id in self.network.cards else []
        if number < len(fixes):
            self.document.fix(fixes[number])

    def fix_first(self) -> None:
        for node_id in self.selected or self.document.analysis.order:
            if node_id in self.network.cards and self.network.cards[node_id].strip.fixes:
                self.apply_fix(node_id)
                return

    def arrange(self) -> None:
        """Line the cards up so that they are shown as large as the view allows."""
        edits.arrange_all(self.document, self.room())
        self.fit()

    def arranged(self, graph: GraphSpec) -> GraphSpec:
        """The graph with its cards where this view shows them largest; for an example before it is loaded."""
        return graph.move(arrange(graph, self.room()))

    def rename(self, node_id: str | None = None) -> None:
        """Open the editor on the card's name."""
        node_id = node_id or (self.selected[-1] if self.selected else None)
        if node_id is not None and node_id in self.network.cards and self.name_editor is None:
            self.document.select([node_id])
            self.ensureVisible(self.network.cards[node_id], 20, 20)
            self.name_editor = NameEditor(self, node_id)  # type: ignore[arg-type]

    def edit(self) -> None:
        """Enter: finish the connection being drawn, or ask for the layer's settings."""
        if isinstance(self.tool, ConnectTool):
            tool, self.tool = self.tool, None
            tool.finish()
        elif self.selected:
            self.edit_requested.emit(self.selected[-1])

    def escape(self) -> bool:
        """Give up what is under way, or let go of what is selected. False where there is neither."""
        if self.tool is not None:
            self.stop_tool()
        elif self.network.chosen_edge is not None or self.document.selection:
            self.network.choose_edge(None)
            self.document.select([])
        else:
            return False
        return True

    def stop_tool(self) -> None:
        """Give up the move or connection that is under way."""
        tool, self.tool = self.tool, None
        if tool is not None:
            tool.cancel()

    def connect_from(self, node_id: str | None = None) -> None:
        """Draw a connection by keyboard: arrows choose the target, Enter connects, Escape gives up."""
        node_id = node_id or (self.selected[-1] if self.selected else None)
        if node_id is not None and len(self.network.cards) > 1:
            self.stop_tool()
            self.tool = ConnectTool(self, node_id, "out", keyboard=True)  # type: ignore[arg-type]

    def open_menu(self) -> None:
        """The context menu by keyboard, at the selected card."""
        from gui.canvas.view import Hit

        node = self.selected[-1] if self.selected else None
        card = self.network.cards.get(node or "")
        at = self.mapFromScene(card.mapToScene(CARD.center())) if card else self.viewport().rect().center()
        self.show_menu(Hit(node), self.viewport().mapToGlobal(at))  # type: ignore[attr-defined]

    # going from card to card
    def select_all(self) -> None:
        self.document.select([n.id for n in self.document.graph.nodes])

    def select_one(self, node_id: str | None) -> None:
        if node_id is not None:
            self.document.select([node_id])
            self.ensureVisible(self.network.cards[node_id], 24, 24)

    def sequence(self) -> list[str]:
        """All layers in the order of the data's flow, those on a cycle last."""
        order = self.document.graph.order()
        return order + [n.id for n in self.document.graph.nodes if n.id not in order]

    def step_card(self, step: int) -> bool:
        """Select the next card in the flow. False at the end, or with no cards."""
        order = self.sequence()
        if not order:
            return False
        if not self.selected:
            self.select_one(order[0 if step > 0 else -1])
            return True
        at = order.index(self.selected[-1]) + step
        if 0 <= at < len(order):
            self.select_one(order[at])
            return True
        return False

    def first_card(self) -> None:
        self.select_one(next(iter(self.sequence()), None))

    def last_card(self) -> None:
        self.select_one(next(reversed(self.sequence()), None))

    def arrow(self, event: QKeyEvent) -> None:
        """Arrows go along the connections, Ctrl moves cards (Shift: farther), Shift alone pans."""
        direction, dx, dy = DIRECTIONS[Qt.Key(event.key())]
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        event.accept()
        if isinstance(self.tool, ConnectTool):
            self.tool.step(direction)
        elif control:
            step = GRID * (5 if shift else 1)
            edits.nudge(self.document, self.selected, dx * step, dy * step)
        elif shift:
            self.pan(dx * 60, dy * 60)
        elif not self.selected:
            self.first_card()
        else:
            self.select_one(self.neighbour(self.selected[-1], direction))

    def neighbour(self, node_id: str, direction: str) -> str | None:
        """The layer that feeds this one (left) or that it feeds (right); else the nearest card that way."""
        graph = self.document.graph
        linked = {"left": graph.sources, "right": graph.targets}.get(direction)
        found = linked(node_id) if linked else []
        return found[0] if found else self.nearest(node_id, direction, set())

    def nearest(self, node_id: str, direction: str, skip: set[str]) -> str | None:
        """The card nearest to this one within the quarter that the direction names, or None."""
        start, (ux, uy) = self.network.cards[node_id].pos(), _FORWARD[direction]
        best: tuple[float, str] | None = None
        for other, card in self.network.cards.items():
            delta = card.pos() - start
            ahead, aside = delta.x() * ux + delta.y() * uy, abs(delta.x() * uy) + abs(delta.y() * ux)
            if other != node_id and other not in skip and ahead > 0 and aside <= 2 * ahead:
                cost = ahead + 2 * aside
                best = min(best, (cost, other)) if best else (cost, other)
        return best[1] if best else None

    # words
    def tooltip_at(self, at: QPointF) -> str:
        """What the tooltip says at a point of the viewport."""
        hit = self.hit(at)  # type: ignore[attr-defined]
        if hit.edge is not None:
            shape = self.document.analysis.shapes.get(hit.edge.source)
            carried = f": {' × '.join(map(str, shape))}" if shape else ""
            return escape(f"{hit.edge.source} → {hit.edge.target}{carried}")
        if hit.node is None:
            return ""
        card = self.network.cards[hit.node]
        if hit.part == "in":
            return "Input: drag from here to the layer that feeds this one"
        if hit.part == "out":
            return "Output: drag from here to the layer to feed"
        if hit.part is not None and hit.part.startswith("fix"):
            return escape(card.fix_titles[int(hit.part.split(":")[1])])
        waiting = "" if card.thumbnail else "<br><i>The picture comes with training: press Space</i>"
        return card.face.tooltip().replace("</div>", waiting + "</div>")
