"""Where a chart draws: from values to pixels and back, and the axes around it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from vitrine.gui.look import theme
from vitrine.gui.widgets.charts import axes

TICK = 3  # pixels
LINE = 14  # height of a number, in pixels


class PlotArea:
    """The rectangle inside a chart's margins, in pixels, and the values that it spans.

    x, y: the lowest and the highest value. log: the vertical axis is logarithmic, and y above 0.
    """

    def __init__(self, left: int, right: int, top: int, bottom: int) -> None:
        self.margins = left, right, top, bottom
        self.x = self.y = (0.0, 1.0)
        self.log = False
        self.rect = QRectF()
        self.fit(0, 0)

    def fit(self, width: int, height: int) -> None:
        """The chart has another size. Kept, for it is asked for at every point and tick."""
        left, right, top, bottom = self.margins
        self.rect = QRectF(left, top, max(1, width - left - right), max(1, height - top - bottom))

    # places
    def x_of(self, x: np.ndarray | float) -> np.ndarray | float:
        low, high = self.x
        return self.rect.left() + (x - low) * (self.rect.width() / max(high - low, 1e-12))

    def y_of(self, y: np.ndarray | float) -> np.ndarray | float:
        low, high = self.y
        if self.log:
            y = np.log10(np.maximum(y, 1e-30))
            low, high = math.log10(low), math.log10(high)
        return self.rect.bottom() - (y - low) * (self.rect.height() / max(high - low, 1e-12))

    def place(self, x: float, y: float) -> QPointF:
        """Where a value is drawn."""
        return QPointF(float(self.x_of(x)), float(self.y_of(y)))

    def x_at(self, pixel: float) -> float:
        low, high = self.x
        return low + (pixel - self.rect.left()) / self.rect.width() * (high - low)

    # axes
    def x_ticks(self, apart: int, whole: bool = False) -> list[float]:
        """Round values about so many pixels apart; `whole`: no parts of one."""
        found = axes.linear_ticks(*self.x, max(3, int(self.rect.width() // apart)))
        return [value for value in found if not whole or value == int(value)]

    def y_ticks(self, apart: int = 28) -> list[float]:
        return (axes.log_ticks if self.log else axes.linear_ticks)(*self.y, max(2, int(self.rect.height() // apart)))

    def paint_axes(self, painter: QPainter, x_ticks: list[float], y_ticks: list[float]) -> None:
        """Lines across at the ticks of y, the ticks of x below, and their numbers."""
        rect, muted, grid, border = self.rect, theme.color("muted"), theme.color("grid"), theme.color("border")
        for value in y_ticks:
            y = round(float(self.y_of(value))) + 0.5
            painter.setPen(grid)
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            painter.setPen(muted)
            box = QRectF(0, y - LINE / 2, rect.left() - 5, LINE)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, axes.tick_text(value))
        for value in x_ticks:
            x = round(float(self.x_of(value))) + 0.5
            painter.setPen(border)
            painter.drawLine(QPointF(x, rect.bottom()), QPointF(x, rect.bottom() + TICK))
            painter.setPen(muted)
            painter.drawText(QRectF(x - 30, rect.bottom() + TICK, 60, LINE), Qt.AlignmentFlag.AlignCenter, axes.tick_text(value))
        painter.setPen(border)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
