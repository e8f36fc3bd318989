"""The toolbar's icons, drawn from paths in the theme's colours, sharp at any scale."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from vitrine.gui.look import theme

SIZE = 20


def icon(name: str, color: str = "text") -> QIcon:
    """The icon of that name, with a muted version for disabled actions."""
    found = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, "border")):
        for scale in (1, 2):
            pixmap = QPixmap(SIZE * scale, SIZE * scale)
            pixmap.setDevicePixelRatio(scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                ink = theme.color(shade)
                painter.setPen(QPen(ink, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
                painter.setBrush(ink)
                DRAWINGS[name](painter, ink)
            found.addPixmap(pixmap, mode)
    return found


def _triangle(painter: QPainter, left: float) -> None:
    painter.drawPolygon(QPolygonF([QPointF(left, 5), QPointF(left, 15), QPointF(left + 8, 10)]))


def _run(painter: QPainter, ink: QColor) -> None:
    painter.drawPolygon(QPolygonF([QPointF(6, 4), QPointF(6, 16), QPointF(16, 10)]))


def _pause(painter: QPainter, ink: QColor) -> None:
    painter.drawRect(QRectF(5.5, 4.5, 2.5, 11))
    painter.drawRect(QRectF(12, 4.5, 2.5, 11))


def _step_batch(painter: QPainter, ink: QColor) -> None:
    _triangle(painter, 4)
    painter.drawRect(QRectF(14, 5, 1.5, 10))


def _step_epoch(painter: QPainter, ink: QColor) -> None:
    _triangle(painter, 1.5)
    _triangle(painter, 8)
    painter.drawRect(QRectF(17, 5, 1, 10))


def _reset(painter: QPainter, ink: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath()
    path.arcMoveTo(QRectF(4, 4, 12, 12), 120)
    path.arcTo(QRectF(4, 4, 12, 12), 120, 300)
    painter.drawPath(path)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(3.5, 3), QPointF(4.5, 8), QPointF(9, 5.5)]))


def _new_weights(painter: QPainter, ink: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(3.5, 3.5, 13, 13), 2.5, 2.5)
    painter.setBrush(ink)
    for x, y in ((7, 7), (13, 13), (10, 10), (13, 7), (7, 13)):
        painter.drawEllipse(QPointF(x, y), 0.8, 0.8)


def _undo(painter: QPainter, ink: QColor, mirrored: bool = False) -> None:
    if mirrored:
        painter.translate(SIZE, 0)
        painter.scale(-1, 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(5, 8))
    path.lineTo(12, 8)
    path.cubicTo(17, 8, 17, 15, 12, 15)
    path.lineTo(8, 15)
    painter.drawPath(path)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(3, 8), QPointF(8, 4.5), QPointF(8, 11.5)]))


def _redo(painter: QPainter, ink: QColor) -> None:
    _undo(painter, ink, mirrored=True)


DRAWINGS: dict[str, Callable[[QPainter, QColor], None]] = {
    "run": _run, "pause": _pause, "step_batch": _step_batch, "step_epoch": _step_epoch, "reset": _reset,
    "new_weights": _new_weights, "undo": _undo, "redo": _redo,
}  # fmt: skip
