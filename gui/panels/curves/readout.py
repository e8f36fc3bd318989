"""The box beside the crosshair of a chart, with what is read off there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from vitrine.gui.look import theme

ASIDE = 10  # pixels from the crosshair
INDENT = 6


def fitting(metrics: QFontMetrics, heading: str, rows: list[tuple[QColor, str]], width: int) -> tuple[list[tuple[QColor, str]], int]:
    """The rows, without what stands in parentheses where the chart is too narrow for it, and how wide the box is."""

    def wide(rows: list[tuple[QColor, str]]) -> int:
        return max(metrics.horizontalAdvance(text) for text in (heading, *(text for _, text in rows))) + 24

    if wide(rows) + 2 > width:
        rows = [(color, text.partition(" (")[0]) for color, text in rows]
    return rows, wide(rows)


def paint_readout(painter: QPainter, at: QPointF, width: int, heading: str, rows: list[tuple[QColor, str]]) -> None:
    """Heading, and a row with its color for each value: right of `at`, or left of it where the chart's width ends."""
    metrics = painter.fontMetrics()
    line = metrics.height()
    rows, wide = fitting(metrics, heading, rows, width)
    left = at.x() + ASIDE if at.x() + ASIDE + wide < width else max(2.0, at.x() - ASIDE - wide)
    box = QRectF(left, at.y(), wide, line * (1 + len(rows)) + 6)
    painter.setPen(theme.color("border"))
    painter.setBrush(theme.color("raised"))
    painter.drawRect(box)
    painter.setPen(theme.color("text"))
    painter.drawText(QPointF(left + INDENT, box.top() + 3 + metrics.ascent()), heading)
    for i, (color, text) in enumerate(rows, start=1):
        top = box.top() + 3 + i * line
        painter.fillRect(QRectF(left + INDENT, top + line / 2 - 1, 8, 3), color)
        painter.drawText(QPointF(left + 18, top + metrics.ascent()), text)
