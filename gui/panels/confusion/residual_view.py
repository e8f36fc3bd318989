"""A regression's predicted values against the true ones."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.probes.confusion import Residuals
from vitrine.gui.look import theme
from vitrine.gui.widgets.charts import axes
from vitrine.gui.widgets.charts.polyline import polyline

LEFT, RIGHT, TOP, BOTTOM = 50, 10, 8, 30


class ResidualView(QWidget):
    """One dot an example; on the line, predicted and true are equal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.residuals: Residuals | None = None
        self.setMinimumSize(100, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_residuals(self, residuals: Residuals | None) -> None:
        self.residuals = residuals
        self.update()

    def clear(self) -> None:
        self.show_residuals(None)

    def retheme(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("surface"))
            if self.residuals is not None:
                self._paint(painter, self.residuals)

    def _paint(self, painter: QPainter, residuals: Residuals) -> None:
        true, predicted = residuals.true, residuals.predicted
        low, high = float(min(true.min(), predicted.min())), float(max(true.max(), predicted.max()))
        room = (high - low) * 0.05 or 1.0
        low, high = low - room, high + room
        area = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        across, down = area.width() / (high - low), area.height() / (high - low)
        font = self.font()
        font.setPixelSize(10)
        painter.setFont(font)
        for value in axes.linear_ticks(low, high, max(2, int(area.height() // 32))):
            x, y = area.left() + (value - low) * across, area.bottom() - (value - low) * down
            painter.setPen(theme.color("grid"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("muted"))
            text = axes.tick_text(value)
            painter.drawText(QRectF(0, y - 7, LEFT - 5, 14), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            painter.drawText(QRectF(x - 30, area.bottom() + 2, 60, 13), Qt.AlignmentFlag.AlignCenter, text)
        painter.drawText(QRectF(area.left(), area.bottom() + 15, area.width(), 13), Qt.AlignmentFlag.AlignCenter, "true value")
        painter.drawText(QPointF(area.left() + 4, TOP + 10), "predicted \N{UPWARDS ARROW}")
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setPen(QPen(theme.color("accent"), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(polyline(area.left() + (true - low) * across, area.bottom() - (predicted - low) * down))
