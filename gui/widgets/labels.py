"""Labels as the side panels use them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def text_label(text: str = "", role: str = "") -> QLabel:
    """A label that wraps, is plain text and may be as narrow as it must."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    if role:
        label.setProperty("role", role)
    return label


class LineLabel(QLabel):
    """So many lines and no more: the last ends in an ellipsis where the text is longer; the tooltip has all of it."""

    pressed = Signal()

    def __init__(self, role: str = "", lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines, self._shorter = lines, ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def setText(self, text: str, shorter: str = "") -> None:
        """shorter: what to show where the text has no room on its line."""
        super().setText(text)
        self._shorter = shorter
        self.setToolTip(text)

    @property
    def shown(self) -> str:
        """What is painted, the ellipsis aside."""
        fits = not self._shorter or self.fontMetrics().horizontalAdvance(self.text()) <= self.width() * self._lines
        return self.text() if fits else self._shorter

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()
        else:
            super().mousePressEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self._lines * self.fontMetrics().lineSpacing() + 2)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            metrics = self.fontMetrics()
            for number, line in enumerate(self._broken()):
                top = number * metrics.lineSpacing() + metrics.ascent() + 1
                painter.drawText(0, top, metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.width()))

    def _broken(self) -> list[str]:
        """The text by lines; the last one holds all that is left."""
        text = self.shown
        layout = QTextLayout(text, self.font())
        layout.beginLayout()
        starts: list[int] = []
        while (line := layout.createLine()).isValid() and len(starts) < self._lines:
            line.setLineWidth(self.width())
            starts.append(line.textStart())
        layout.endLayout()
        return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)])]


class FittingLabel(QLabel):
    """Shows the first of several texts that fits, longest first; `text()` is the first, and so is the tooltip.

    It asks for the room of the shortest, so that others need not give way, and takes that of the longest where it can."""

    def __init__(self, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ("",)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def set_texts(self, *texts: str) -> None:
        if texts != self._texts:
            self._texts = texts
            self.setText(texts[0])
            self.setToolTip(texts[0])
            self.setMaximumWidth(self.fontMetrics().horizontalAdvance(texts[0]) + 2)
            self.updateGeometry()

    @property
    def shown(self) -> str:
        metrics = self.fontMetrics()
        return next((text for text in self._texts if metrics.horizontalAdvance(text) <= self.width()), self._texts[-1])

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._texts[-1]) + 2, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.shown)
