"""One diagnosis as a row: what, where and when, then the words and the remedy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from core.events import Diagnosis
from gui import theme
from gui.widgets.labels import text_label

STRIPE = 3


class DiagnosisRow(QWidget):
    """`activated` comes with a click or Enter. A stripe of the severity's colour while it stands, gray once it is over."""

    activated = Signal()

    def __init__(self, diagnosis: Diagnosis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diagnosis = diagnosis
        self.over: int | None = None  # the step since which it no longer holds
        self.head = text_label(role="muted")
        self.message = text_label(diagnosis.message, "error" if diagnosis.severity == "error" else "")
        self.remedy = text_label(diagnosis.remedy, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STRIPE + 8, 4, 8, 6)
        layout.setSpacing(1)
        for label in (self.head, self.message, self.remedy):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if diagnosis.node:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(f"Select {diagnosis.node} on the canvas")
        self._write_head()

    def end(self, step: int) -> None:
        """It is over since that step."""
        self.over = step
        self.message.setProperty("role", "muted")
        self.message.style().polish(self.message)
        self._write_head()
        self.update()

    def _write_head(self) -> None:
        parts = [f"step {self.diagnosis.step:,}", self.diagnosis.node or "the whole network"]
        if self.over is not None:
            parts.append(f"over since step {self.over:,}")
        self.head.setText(" \N{MIDDLE DOT} ".join(parts))
        self.setAccessibleName(f"{self.head.text()}: {self.diagnosis.message} {self.diagnosis.remedy}")

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
        painter = QPainter(self)
        if self.hasFocus():
            painter.fillRect(self.rect(), theme.color("raised"))
        standing = "error" if self.diagnosis.severity == "error" else "warning"
        painter.fillRect(0, 3, STRIPE, self.height() - 6, theme.color(standing if self.over is None else "border"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("grid"))
