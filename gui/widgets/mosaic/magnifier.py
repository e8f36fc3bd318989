"""What lies under the mouse, enlarged and in numbers, beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vitrine.gui.look import theme
from vitrine.gui.widgets.indexed_image import IndexedImage

LARGEST, MARGIN = 168, 8


class Magnifier(QWidget):
    """A small window of its own that never takes the focus; `show_tile` fills and places it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.picture: IndexedImage | None = None
        self.lines: list[str] = []
        self.pixel = (0, 0)
        self._size = QSize(0, 0)

    def show_tile(self, codes: np.ndarray, name: str, pixel: tuple[int, int], lines: list[str], at: QPoint) -> None:
        """codes: the tile's bytes; pixel: row and column to mark; at: where the mouse is on the screen."""
        self.picture = IndexedImage(codes, name) if codes.size > 1 else None
        self.pixel, self.lines = pixel, lines
        height, width = codes.shape
        scale = max(1.0, LARGEST / max(height, width)) if codes.size > 1 else 0.0
        self._size = QSize(round(width * scale), min(LARGEST, max(round(height * scale), 12 if scale else 0)))
        metrics = self.fontMetrics()
        text_width = max(metrics.horizontalAdvance(line) for line in lines)
        text_height = metrics.height() * len(lines)
        self.resize(max(self._size.width(), text_width) + 2 * MARGIN, self._size.height() + text_height + (3 if scale else 2) * MARGIN)
        self.move(self._place(at))
        self.show()
        self.update()

    def _place(self, at: QPoint) -> QPoint:
        screen = QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        x, y = at.x() + 18, at.y() + 14
        if x + self.width() > room.right():
            x = at.x() - 14 - self.width()
        if y + self.height() > room.bottom():
            y = at.y() - 12 - self.height()
        return QPoint(max(room.left(), x), max(room.top(), y))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("raised"))
            painter.setPen(theme.color("border"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            top = MARGIN
            if self.picture is not None:
                target = QRectF(MARGIN, MARGIN, self._size.width(), self._size.height())
                painter.drawImage(target, self.picture.image)
                self._mark(painter, target)
                top += self._size.height() + MARGIN
            painter.setPen(theme.color("text"))
            metrics = self.fontMetrics()
            for i, line in enumerate(self.lines):
                painter.drawText(MARGIN, top + i * metrics.height() + metrics.ascent(), line)

    def _mark(self, painter: QPainter, target: QRectF) -> None:
        assert self.picture is not None
        height, width = self.picture.values.shape
        cell_w, cell_h = target.width() / width, target.height() / height
        row, column = self.pixel
        box = QRectF(target.left() + column * cell_w, target.top() + row * cell_h, max(cell_w, 3), max(cell_h, 3))
        painter.setPen(QPen(theme.color("text"), 1))
        painter.drawRect(box)
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.drawRect(box.adjusted(-1, -1, 1, 1))
