"""The network editor: mouse and keys on the canvas become edits of the document."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip, QWidget

from vitrine.gui.canvas.commands import BY_KEY
from vitrine.gui.canvas.ground import Ground, Hit
from vitrine.gui.canvas.items.metrics import FAR
from vitrine.gui.canvas.keys import DIRECTIONS, name_of
from vitrine.gui.canvas.menus import menu_of
from vitrine.gui.canvas.overlay import EmptyState, ZoomBar
from vitrine.gui.canvas.tools.connecting import ConnectTool
from vitrine.gui.canvas.tools.dropping import DropTarget, layer_name
from vitrine.gui.canvas.tools.moving import MoveTool
from vitrine.gui.canvas.verbs import Verbs
from vitrine.gui.canvas.words import tooltip_at
from vitrine.gui.look import theme
from vitrine.gui.state.document import Document

TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_CURSORS = {"in": Qt.CursorShape.CrossCursor, "out": Qt.CursorShape.CrossCursor, "name": Qt.CursorShape.ArrowCursor}


class Canvas(Ground):
    """Cards and connections of `document.graph`. A card's picture comes through `set_thumbnails`; `verbs` is what can be done."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Network")
        self.setDragMode(QGraphicsView.DragMode.RubberBandDrag)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pressed_fix: tuple[str, str] | None = None
        self._hovered = Hit()
        self.verbs = Verbs(self)
        self.drop_target = DropTarget(self)
        self.empty_state = EmptyState(self)
        self.zoom_bar = ZoomBar(self.verbs)
        self.menu_requested.connect(self.show_menu)
        document.graph_changed.connect(self._graph_changed)
        document.loaded.connect(self.fit)
        self.zoom_changed.connect(self._zoomed)
        theme.switch().changed.connect(self._theme_changed)
        self.refresh_overlays()

    def bottom_bar(self) -> float:
        return self.zoom_bar.height() + 6.0 + (self.empty_state.height() if self.empty_state.isVisible() else 0.0)

    def is_covered(self) -> bool:
        return self._hides(self.zoom_bar, self.empty_state)

    def is_covered_above(self) -> bool:
        """Whether what lies on the upper edge hides a card."""
        return self.covers is not None and self._hides(self.covers)

    def _hides(self, *bars: QWidget) -> bool:
        places = [self.mapToScene(bar.geometry()).boundingRect() for bar in bars if bar.isVisible()]
        return any(card.extent().intersects(place) for card in self.network.cards.values() for place in places)

    def _graph_changed(self) -> None:
        """Another graph: what was under way has lost its ground; new cards come into sight."""
        tool, self.tool = self.tool, None
        if isinstance(tool, ConnectTool):
            tool.cancel()
        if self.verbs.name_editor is not None and self.verbs.name_editor.node_id not in self.document.graph:
            self.verbs.name_editor.close_editor()
        self._hover(Hit())
        self.refresh_overlays()
        if self.follows:
            seen = self.mapToScene(self.viewport().rect()).boundingRect()
            if not seen.contains(self.content_rect()):
                self.fit()

    def _zoomed(self, zoom: float) -> None:
        self.network.set_far(zoom < FAR)
        if self.verbs.name_editor is not None:
            self.verbs.name_editor.close_editor()  # it would no longer lie on its card

    def refresh_overlays(self) -> None:
        self.empty_state.refresh()
        self.zoom_bar.refresh()

    def _theme_changed(self) -> None:
        self.network.recolor()
        self.resetCachedContent()
        self.refresh_overlays()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.network.exposed = event.region()
        super().paintEvent(event)
        self.network.exposed = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refresh_overlays()  # first: fitting keeps clear of them
        super().resizeEvent(event)

    # mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.button() == Qt.MouseButton.MiddleButton or (left and alt):
            self.begin_pan(event)
        elif left:
            self.stop_tool()
            self._press(event)
        event.accept()

    def _press(self, event: QMouseEvent) -> None:
        hit = self.hit(event.position())
        toggles = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if hit.node is not None and hit.part in ("in", "out"):
            self.tool = ConnectTool(self, hit.node, hit.part)
        elif hit.node is not None and hit.part is not None and hit.part.startswith("fix"):
            self._pressed_fix = (hit.node, hit.part)
        elif hit.node is not None and hit.part == "diagnoses":
            self.document.select([hit.node])
            self.diagnoses_requested.emit()
        elif hit.node is not None:
            self.tool = MoveTool(self, hit.node, event.position(), toggles)
        else:
            if not toggles:
                self.document.select([])
            self.network.choose_edge(hit.edge)
            if hit.edge is None:
                self.network.holding = True
                super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.panning():
            self.continue_pan(event)
        elif self.tool is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.tool.move(event.position())
        elif self.network.holding:
            super().mouseMoveEvent(event)
        elif not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(self.hit(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.panning():
            self.end_pan()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._release(event)
        event.accept()

    def _release(self, event: QMouseEvent) -> None:
        if self.network.holding:
            super().mouseReleaseEvent(event)
            self.network.holding = False
            self.network.publish_selection()
            return
        if self._pressed_fix is not None:
            pressed, self._pressed_fix = self._pressed_fix, None
            hit = self.hit(event.position())
            if (hit.node, hit.part) == pressed:
                self.verbs.apply_fix(pressed[0], int(pressed[1].split(":")[1]))
            return
        tool, self.tool = self.tool, None
        if tool is not None:
            tool.release(event.position())
            self._hover(self.hit(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self.hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit.node is not None and hit.part in ("name", "card", "thumbnail"):
            self.stop_tool()
            if hit.part == "name":
                self.verbs.rename(hit.node)
            else:
                self.edit_requested.emit(hit.node)
            event.accept()
        else:
            self.mousePressEvent(event)  # a quick second click on a port or a button is a click

    def _hover(self, hit: Hit) -> None:
        if hit == self._hovered:
            return
        before, self._hovered = self._hovered, hit
        if before.node in self.network.cards and before.node != hit.node:
            self.network.cards[before.node].set_hovered(None)
        if hit.node is not None:
            self.network.cards[hit.node].set_hovered(hit.part)
        for edge in (before.edge, hit.edge):
            if edge in self.network.links:
                self.network.links[edge].set_state(hovered=edge == hit.edge)
        if hit.part is None and hit.edge is None:
            self.viewport().unsetCursor()
        else:
            pointing = Qt.CursorShape.PointingHandCursor
            is_fix = (hit.part or "").startswith("fix") or hit.part == "diagnoses"
            self.viewport().setCursor(pointing if is_fix or hit.edge else _CURSORS.get(hit.part or "", Qt.CursorShape.ArrowCursor))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(Hit())
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip_at(self, QPointF(event.pos())), self.viewport())
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.verbs.open_menu()
        else:
            self.show_menu(self.hit(QPointF(event.pos())), event.globalPos())
        event.accept()

    def show_menu(self, hit: Hit, at: QPoint) -> None:
        """Open the menu of what was hit, at a point of the screen."""
        self.stop_tool()
        if hit.node is not None and hit.node not in self.document.selection:
            self.document.select([hit.node])
        elif hit.edge is not None:
            self.network.choose_edge(hit.edge)
        menu = menu_of(self.verbs, hit, self.mapToScene(self.viewport().mapFromGlobal(at)))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    # dragged layers
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        name = layer_name(event.mimeData())
        if name is None:
            event.ignore()
            return
        self.drop_target.hover(name, event.position())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_target.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        name = layer_name(event.mimeData())
        if name is None:
            event.ignore()
            return
        if self.drop_target.drop(name, event.position()) is not None:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    # keys
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in DIRECTIONS or name_of(event) in BY_KEY:
                event.accept()  # the key comes to keyPressEvent, not to an action of the window
                return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in TABS:
            command = BY_KEY.get(name_of(event))
            if command is not None and command.do(self.verbs):  # Tab leaves the canvas after the last card
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in DIRECTIONS:
            self.verbs.arrow(event)
            return
        command = BY_KEY.get(name_of(event))
        if command is None or event.key() in TABS:
            event.ignore()  # Space runs, and whatever else the window knows
            return
        handled = command.do(self.verbs)
        event.setAccepted(handled is not False)  # Escape with nothing to give up dismisses a message

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and not self.document.selection:
            self.verbs.first_card()
