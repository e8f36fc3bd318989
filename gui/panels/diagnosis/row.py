"""One thing that is wrong, as a row with a stripe of its severity's colour."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from vitrine.gui.look import theme
from vitrine.gui.widgets.labels import text_label

STRIPE = 3


class Row(QWidget):
    """What and where, the words, the remedy. `activated` comes with a click or Enter; `stripe` names its colour."""

    activated = Signal()

    def __init__(self, message: str, remedy: str, severity: str, node: str | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stripe = "error" if severity == "error" else "warning"
        self.head = text_label(role="error" if severity == "error" else "muted")
        self.message = text_label(message)  # in plain ink: it may be long
        self.remedy = text_label(remedy, "muted")
        self.remedy.setVisible(bool(remedy))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(STRIPE + 8, 4, 8, 6)
        self.column.setSpacing(1)
        for label in (self.head, self.message, self.remedy):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.column.addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if node:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(f"Select {node} on the canvas")

    def set_head(self, *parts: str) -> None:
        """Say what it is, where and when."""
        self.head.setText(" \N{MIDDLE DOT} ".join(parts))
        self.setAccessibleName(f"{self.head.text()}: {self.message.text()} {self.remedy.text()}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self.hasFocus():
                painter.fillRect(self.rect(), theme.color("raised"))
            painter.fillRect(0, 3, STRIPE, self.height() - 6, theme.color(self.stripe))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("grid"))
