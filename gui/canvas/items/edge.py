"""A connection on the canvas: a smooth curve from an output port to an input port, with an arrow."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from vitrine.core.network.graph import Edge
from vitrine.gui.canvas.items.metrics import OUTPUT_PORT, PORT_RADIUS
from vitrine.gui.look import theme
from vitrine.gui.state.placing import HEIGHT, STEP

ARROW = 8.0
CORNER = 12.0
REACH = 9.0  # how far beside the line the mouse still takes it


def curve(start: QPointF, end: QPointF, obstacles: Iterable[QRectF] = (), strips: Iterable[QRectF] = ()) -> QPainterPath:
    """Leaves to the right, arrives from the left; goes above the cards that stand in a straight line's way, and below
    the `strips` that hang from those on its way back."""
    path = QPainterPath(start)
    blocking = [r for r in obstacles if _crosses(r, start, end)]
    gap = end.x() - start.x()
    if gap < 0 and abs(end.y() - start.y()) >= HEIGHT:
        return _to_next_line(start, end, strips)
    if blocking and gap > 0:
        top = min(r.top() for r in blocking) - 26.0
        left, right = min(r.left() for r in blocking), max(r.right() for r in blocking)
        first, last = QPointF(max(left, start.x() + 24), top), QPointF(min(right, end.x() - 24), top)
        path.cubicTo(QPointF(start.x() + 34, start.y()), QPointF(first.x() - 34, top), first)
        path.lineTo(last)
        path.cubicTo(QPointF(last.x() + 34, top), QPointF(end.x() - 34, end.y()), end)
        return path
    bend = max(abs(gap) / 2, 22.0) if gap > 0 else min(90.0 + abs(gap) / 4, 220.0)
    path.cubicTo(QPointF(start.x() + bend, start.y()), QPointF(end.x() - bend, end.y()), end)
    return path


def _to_next_line(start: QPointF, end: QPointF, strips: Iterable[QRectF]) -> QPainterPath:
    """Back to the left through the gap between two lines of cards, with rounded corners."""
    down = 1 if end.y() > start.y() else -1
    right, left = start.x() + CORNER, end.x() - CORNER - 4
    upper, lower = min(start.y(), end.y()) + HEIGHT - OUTPUT_PORT.y(), max(start.y(), end.y()) - OUTPUT_PORT.y()
    hanging = (r.bottom() for r in strips if r.right() > left and r.left() < right and upper <= r.top() and r.bottom() < lower)
    upper = max(hanging, default=upper)
    apart = min(9.0, max(0.0, (lower - upper - 6) / 3))  # connections that share the gap
    lane = (upper + lower) / 2 + (round(start.x() / STEP) % 4 - 1.5) * apart
    path = QPainterPath(start)
    path.quadTo(QPointF(right, start.y()), QPointF(right, start.y() + down * CORNER))
    path.lineTo(QPointF(right, lane - down * CORNER))
    path.quadTo(QPointF(right, lane), QPointF(right - CORNER, lane))
    path.lineTo(QPointF(left + CORNER, lane))
    path.quadTo(QPointF(left, lane), QPointF(left, lane + down * CORNER))
    path.lineTo(QPointF(left, end.y() - down * CORNER))
    path.quadTo(QPointF(left, end.y()), QPointF(end.x() - 6, end.y()))
    path.lineTo(end)
    return path


def _crosses(rect: QRectF, start: QPointF, end: QPointF) -> bool:
    if end.x() <= start.x() or rect.right() <= start.x() or rect.left() >= end.x():
        return False
    middle = min(max(rect.center().x(), start.x()), end.x())
    share = (middle - start.x()) / (end.x() - start.x())
    y = start.y() + (end.y() - start.y()) * share
    return rect.top() - 4 < y < rect.bottom() + 4


class EdgeItem(QGraphicsItem):
    """Draws one connection; `highlight` while a layer hovers above to be inserted here."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge
        self.highlight = False
        self.hovered = False
        self.chosen = False
        self.path = QPainterPath()
        self._shape = QPainterPath()

    def route(self, start: QPointF, end: QPointF, obstacles: Iterable[QRectF] = (), strips: Iterable[QRectF] = ()) -> None:
        path = curve(start + QPointF(PORT_RADIUS, 0), end - QPointF(PORT_RADIUS, 0), obstacles, strips)
        if path != self.path:
            self.prepareGeometryChange()
            self.path = path
            stroker = QPainterPathStroker()
            stroker.setWidth(2 * REACH)
            self._shape = stroker.createStroke(path)

    def set_state(self, *, highlight: bool | None = None, hovered: bool | None = None, chosen: bool | None = None) -> None:
        before = self.highlight, self.hovered, self.chosen
        self.highlight = self.highlight if highlight is None else highlight
        self.hovered = self.hovered if hovered is None else hovered
        self.chosen = self.chosen if chosen is None else chosen
        if (self.highlight, self.hovered, self.chosen) != before:
            self.update()

    def distance(self, point: QPointF) -> float:
        """From a point to the nearest of sampled points on the curve."""
        found = (self.path.pointAtPercent(i / 64) - point for i in range(65))
        return min(math.hypot(d.x(), d.y()) for d in found)

    def middle(self) -> QPointF:
        return self.path.pointAtPercent(0.5)

    def boundingRect(self) -> QRectF:
        return self.path.boundingRect().adjusted(-REACH - 2, -REACH - 2, REACH + 2, REACH + 2)

    def shape(self) -> QPainterPath:
        return self._shape

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        strong = self.highlight or self.chosen
        ink = theme.color("accent" if strong or self.hovered else "edge")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.highlight:
            halo = theme.color("accent")
            halo.setAlpha(70)
            painter.strokePath(self.path, QPen(halo, 14, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.strokePath(self.path, QPen(ink, 3.2 if strong else 2.4 if self.hovered else 2.0))
        paint_arrow(painter, self.path, ink)
        if self.highlight:
            self._paint_plus(painter)

    def _paint_plus(self, painter: QPainter) -> None:
        center = self.middle()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(center, 8, 8)
        painter.setPen(QPen(theme.color("on_accent"), 2))
        painter.drawLine(center - QPointF(4, 0), center + QPointF(4, 0))
        painter.drawLine(center - QPointF(0, 4), center + QPointF(0, 4))


def paint_arrow(painter: QPainter, path: QPainterPath, ink: QColor) -> None:
    tip = path.pointAtPercent(1.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    back = QPointF(tip.x() - ARROW, tip.y())
    painter.drawPolygon(QPolygonF([tip, back - QPointF(0, ARROW / 2), back + QPointF(0, ARROW / 2)]))
