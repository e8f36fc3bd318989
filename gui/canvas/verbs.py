"""The canvas's verbs: what keys, menus and the window's commands call."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from vitrine.core.errors import SpecError
from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas import edits, walking
from vitrine.gui.canvas.ground import Ground, Hit
from vitrine.gui.canvas.items.metrics import CARD
from vitrine.gui.canvas.keys import DIRECTIONS
from vitrine.gui.canvas.tools.connecting import ConnectTool
from vitrine.gui.canvas.tools.rename import NameEditor
from vitrine.gui.state.placing import GRID, arrange


class Verbs:
    """Everything a key or a menu can ask for, carried out on the canvas's ground; mouse and drawing are in Canvas."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.document, self.network = ground.document, ground.network
        self.name_editor: NameEditor | None = None

    @property
    def selected(self) -> list[str]:
        return self.ground.selected

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
            self.ground.message.emit("info", "The network takes one Input: it was not duplicated")

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
            self.ground.message.emit("warning", f"Nothing pasted: {error}")
            return
        if not edits.add_copies(self.document, part, "Paste", at):
            self.ground.message.emit("info", "Nothing pasted: the network takes one Input")

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
        edits.arrange_all(self.document, self.ground.room(), self.network.wanted_heights())
        self.ground.fit()

    def arranged(self, graph: GraphSpec) -> GraphSpec:
        """The graph with its cards where this view shows them largest; for an example before it is loaded."""
        return graph.move(arrange(graph, self.ground.room()))

    def rename(self, node_id: str | None = None) -> None:
        """Open the editor on the card's name."""
        node_id = node_id or (self.selected[-1] if self.selected else None)
        if node_id is not None and node_id in self.network.cards and self.name_editor is None:
            self.document.select([node_id])
            self.ground.ensureVisible(self.network.cards[node_id], 20, 20)
            self.name_editor = NameEditor(self.ground, node_id)
            self.name_editor.closed.connect(self._named)

    def _named(self) -> None:
        self.name_editor = None

    def edit(self) -> None:
        """Enter: finish the connection being drawn, or ask for the layer's settings."""
        if isinstance(self.ground.tool, ConnectTool):
            tool, self.ground.tool = self.ground.tool, None
            tool.finish()
        elif self.selected:
            self.ground.edit_requested.emit(self.selected[-1])

    def escape(self) -> bool:
        """Give up what is under way, or let go of what is selected. False where there is neither."""
        if self.ground.tool is not None:
            self.ground.stop_tool()
        elif self.network.chosen_edge is not None or self.document.selection:
            self.network.choose_edge(None)
            self.document.select([])
        else:
            return False
        return True

    def connect_from(self, node_id: str | None = None) -> None:
        """Draw a connection by keyboard: arrows choose the target, Enter connects, Escape gives up."""
        node_id = node_id or (self.selected[-1] if self.selected else None)
        if node_id is not None and len(self.network.cards) > 1:
            self.ground.stop_tool()
            self.ground.tool = ConnectTool(self.ground, node_id, "out", keyboard=True)

    def open_menu(self) -> None:
        """The context menu by keyboard, at the selected card."""
        node = self.selected[-1] if self.selected else None
        card = self.network.cards.get(node or "")
        at = self.ground.mapFromScene(card.mapToScene(CARD.center())) if card else self.ground.viewport().rect().center()
        self.ground.menu_requested.emit(Hit(node), self.ground.viewport().mapToGlobal(at))

    # going from card to card
    def select_all(self) -> None:
        self.document.select([n.id for n in self.document.graph.nodes])

    def select_one(self, node_id: str | None) -> None:
        if node_id is not None:
            self.document.select([node_id])
            self.ground.ensureVisible(self.network.cards[node_id], 24, 24)

    def step_card(self, step: int) -> bool:
        """Select the next card in the flow. False at the end, or with no cards."""
        order = walking.sequence(self.document.graph)
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
        self.select_one(next(iter(walking.sequence(self.document.graph)), None))

    def last_card(self) -> None:
        self.select_one(next(reversed(walking.sequence(self.document.graph)), None))

    def arrow(self, event: QKeyEvent) -> None:
        """Arrows go along the connections, Ctrl moves cards (Shift: farther), Shift alone pans."""
        direction, dx, dy = DIRECTIONS[Qt.Key(event.key())]
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        event.accept()
        if isinstance(self.ground.tool, ConnectTool):
            self.ground.tool.step(direction)
        elif control:
            step = GRID * (5 if shift else 1)
            edits.nudge(self.document, self.selected, dx * step, dy * step)
        elif shift:
            self.ground.pan(dx * 60, dy * 60)
        elif not self.selected:
            self.first_card()
        else:
            self.select_one(walking.neighbour(self.document.graph, self.network.cards, self.selected[-1], direction))
