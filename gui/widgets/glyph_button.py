"""Small tool buttons with a drawn sign: in the theme's colours, sharp at any scale, no font needed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from vitrine.gui.widgets.bar import KeyButton


class GlyphButton(KeyButton):
    """`glyph` names one of GLYPHS."""

    def __init__(self, glyph: str, name: str, tip: str, checkable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.glyph = glyph
        self.setObjectName(name)
        self.setAccessibleName(tip)
        self.setToolTip(tip)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(QSize(24, 24))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
            ink = self.palette().color(group, QPalette.ColorRole.ButtonText)
            painter.setPen(QPen(ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.translate(self.width() / 2, self.height() / 2)
            GLYPHS[self.glyph](painter)


def _die(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(-6.5, -6.5, 13, 13), 3, 3)
    painter.setBrush(painter.pen().color())
    for x, y in ((-3, -3), (3, -3), (0, 0), (-3, 3), (3, 3)):
        painter.drawEllipse(QPointF(x, y), 0.7, 0.7)


def _follow(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(0, 0), 4.5, 4.5)
    for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        painter.drawLine(QPointF(3 * x, 3 * y), QPointF(7 * x, 7 * y))


def _back(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(2, -4.5), QPointF(-2.5, 0), QPointF(2, 4.5)])


def _next(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(-2, -4.5), QPointF(2.5, 0), QPointF(-2, 4.5)])


GLYPHS: dict[str, Callable[[QPainter], None]] = {"die": _die, "follow": _follow, "back": _back, "next": _next}
