"""The editor for a layer's name, on the card itself."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from vitrine.core.errors import GraphError
from vitrine.gui.canvas.ground import Ground
from vitrine.gui.canvas.items.metrics import NAME, NAME_SIZE, font
from vitrine.gui.state.placing import WIDTH


class NameEditor(QLineEdit):
    """Enter takes the name, Escape leaves it; a name that can't be stays in the editor with the reason."""

    closed = Signal()

    def __init__(self, canvas: Ground, node_id: str) -> None:
        super().__init__(node_id, canvas.viewport())
        self.setObjectName("rename_editor")
        self.canvas, self.node_id, self._open = canvas, node_id, True
        zoom = canvas.zoom()
        name_font = font(NAME_SIZE, True)
        name_font = type(name_font)(name_font)
        name_font.setPixelSize(max(11, round(NAME_SIZE * zoom)))
        self.setFont(name_font)
        card = canvas.network.cards[node_id]
        top_left = canvas.mapFromScene(card.mapToScene(NAME.topLeft()))
        width, height = max(round((WIDTH - NAME.left()) * zoom), 130), max(round(NAME.height() * zoom), 26)
        self.setGeometry(top_left.x() - 6, top_left.y(), width, height)
        self.textEdited.connect(lambda _text: self._check())
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self) -> str | None:
        """The reason why the name can't be, shown under the editor; None if it can."""
        reason = None
        try:
            self.canvas.document.graph.rename(self.node_id, self.text().strip())
        except GraphError as error:
            reason = str(error)
        self.setProperty("invalid", "true" if reason else "false")
        self.style().polish(self)
        if reason:
            self.canvas.hint.say(reason, "error", self.geometry().bottomLeft() - QPoint(16, 12))
        else:
            self.canvas.hint.hide()
        return reason

    def accept(self) -> bool:
        if self._check() is not None:
            return False
        node_id, name = self.node_id, self.text().strip()
        self.close_editor()
        if name != node_id:
            self.canvas.document.rename_node(node_id, name)
        return True

    def close_editor(self) -> None:
        if self._open:
            self._open = False
            self.canvas.hint.hide()
            self.closed.emit()
            self.canvas.setFocus()  # before hiding, or Qt would look for the next widget to focus
            self.hide()
            self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_editor()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._open and event.reason() != Qt.FocusReason.PopupFocusReason and not self.accept():
            self.close_editor()
