"""Heights over two axes as filled contours, with a way across them; or a curve over one axis."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.pictures import contours
from vitrine.core.pictures.mosaic import TOP
from vitrine.core.probes.cost_surface import CostMap
from vitrine.gui.look import theme
from vitrine.gui.widgets.charts import axes
from vitrine.gui.widgets.charts.polyline import polyline
from vitrine.gui.widgets.indexed_image import IndexedImage

LEFT, RIGHT, TOP_ROOM, BOTTOM = 52, 60, 8, 30
INK, PAPER = QColor("#10151b"), QColor("#ffffff")  # on the map's own colours, which are the same in both themes


def number(value: float) -> str:
    return axes.value_text(value).replace("-", "\N{MINUS SIGN}")


class ContourView(QWidget):
    """Shows a `CostMap`, or nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map: CostMap | None = None
        self.levels = np.zeros(0)
        self._picture: IndexedImage | None = None
        self._made: tuple[Any, ...] = ()
        self.setMinimumSize(120, 90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_map(self, shown: CostMap | None) -> None:
        self.map = shown
        self.update()

    def clear(self) -> None:
        self._picture, self._made = None, ()
        self.show_map(None)

    def retheme(self) -> None:
        if self._picture is not None:
            self._picture.retheme()
        self.update()

    # places
    def area(self) -> QRectF:
        """Where the heights are drawn; the numbers stand around it."""
        right = 10 if self.map is not None and self.map.kind == "line" else RIGHT
        return QRectF(LEFT, TOP_ROOM, max(20, self.width() - LEFT - right), max(20, self.height() - TOP_ROOM - BOTTOM))

    def extent(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner of the area, in the axes' own values."""
        assert self.map is not None
        low, high = self.map.low, self.map.high
        if self.map.kind != "line":
            return low, high
        heights = self.map.values[np.isfinite(self.map.values)]
        top = float(heights.max(initial=1e-9))
        return np.array([low[0], min(0.0, float(heights.min(initial=0.0)))]), np.array([high[0], 1.05 * top])

    def place(self, points: np.ndarray) -> np.ndarray:
        """Pixels (n, 2) of points (n, 2)."""
        area, (low, high) = self.area(), self.extent()
        share = (np.clip(points, low - (high - low), high + (high - low)) - low) / (high - low)
        return np.stack([area.left() + share[:, 0] * area.width(), area.bottom() - share[:, 1] * area.height()], axis=1)

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("surface"))
            if self.map is not None:
                font = self.font()
                font.setPixelSize(10)
                painter.setFont(font)
                if self.map.kind == "line":
                    self._paint_axes(painter, self.map.names, grid=True)
                    self._paint_curve(painter, self.map)
                else:
                    self._paint_bands(painter, self.map)
                    self._paint_axes(painter, self.map.names, grid=False)
                    self._paint_legend(painter)
                    self._paint_way(painter, self.map)

    def _paint_bands(self, painter: QPainter, p: CostMap) -> None:
        area = self.area()
        made = (p.number, p.seed, p.survey_step, p.done, tuple(p.low), tuple(p.high), area.width(), area.height())
        if made != self._made or self._picture is None:
            self.levels = contours.edges(p.values)
            codes = contours.picture(p.values, self.levels, round(area.width()), round(area.height()))
            self._picture, self._made = IndexedImage(codes, "magnitude"), made
        painter.drawImage(area, self._picture.image)

    def _paint_axes(self, painter: QPainter, names: tuple[str, ...], grid: bool) -> None:
        area, (low, high) = self.area(), self.extent()
        across, up = (
            axes.linear_ticks(low[0], high[0], max(2, int(area.width() // 60))),
            axes.linear_ticks(low[1], high[1], max(2, int(area.height() // 24))),
        )
        for axis, values in ((0, across), (1, up)):
            for value in values:
                at = np.array([[value, low[1]] if axis == 0 else [low[0], value]], float)
                x, y = self.place(at)[0]
                if grid:
                    painter.setPen(theme.color("grid"))
                    painter.drawLine(QPointF(x, y), QPointF(x, area.top()) if axis == 0 else QPointF(area.right(), y))
                painter.setPen(theme.color("muted"))
                text = axes.tick_text(value).replace("-", "\N{MINUS SIGN}")
                if axis == 0:
                    painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3))
                    painter.drawText(QRectF(x - 30, area.bottom() + 3, 60, 13), Qt.AlignmentFlag.AlignCenter, text)
                else:
                    painter.drawLine(QPointF(area.left() - 3, y), QPointF(area.left(), y))
                    painter.drawText(QRectF(0, y - 7, LEFT - 6, 14), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(theme.color("muted"))
        names = names if len(names) > 1 else (names[0], "loss E")
        painter.drawText(QRectF(area.left(), area.bottom() + 15, area.width(), 14), Qt.AlignmentFlag.AlignCenter, names[0])
        painter.save()
        painter.translate(10, area.center().y())
        painter.rotate(-90)
        fits = painter.fontMetrics().horizontalAdvance(names[1]) <= area.height()
        name = names[1] if fits else names[1].split(" ")[0]
        painter.drawText(QRectF(-area.height() / 2, -8, area.height(), 14), Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()

    def _paint_legend(self, painter: QPainter) -> None:
        """The bands from the lowest up, with the losses at their edges."""
        area, bands = self.area(), len(self.levels) - 1
        codes = np.repeat((np.arange(bands)[::-1] * (TOP / (bands - 1))).astype(np.uint8), 1)[:, None]
        bar = QRectF(area.right() + 6, area.top() + 12, 9, area.height() - 12)
        painter.drawImage(bar, IndexedImage(codes, "magnitude").image)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(bar.left(), area.top() - 4, RIGHT - 6, 13), Qt.AlignmentFlag.AlignLeft, "loss E")
        every = next((k for k in (1, 2, 4, 8, 16) if bar.height() * k / bands >= 15), 16)
        for k in range(0, bands + 1, every):
            y = min(max(bar.bottom() - k * bar.height() / bands, bar.top() + 5), bar.bottom() - 5)
            text = number(float(f"{self.levels[k]:.3g}"))
            painter.drawText(
                QRectF(bar.right() + 3, y - 7, RIGHT - 18, 14), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text
            )

    def _paint_way(self, painter: QPainter, p: CostMap) -> None:
        painter.save()
        painter.setClipRect(self.area())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = self.place(p.path)
        far = np.ones(len(path), bool)
        far[1:-1] = np.abs(np.diff(np.round(path), axis=0)).max(axis=1)[:-1] > 0  # many points of a pixel are one
        line = polyline(path[far, 0], path[far, 1])
        for color, width in ((INK, 3.5), (PAPER, 1.6)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(line)
        if len(path) > 1:
            self._dot(painter, path[0], 3.5, None)
        if p.lowest is not None:
            x, y = self.place(p.lowest[None])[0]
            for color, width in ((INK, 4.0), (PAPER, 2.0)):
                painter.setPen(QPen(color, width))
                painter.drawLine(QPointF(x - 5, y), QPointF(x + 5, y))
                painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5))
        self._dot(painter, self.place(p.point[None])[0], 5.0, theme.color("positive"))
        painter.restore()

    def _paint_curve(self, painter: QPainter, p: CostMap) -> None:
        painter.save()
        painter.setClipRect(self.area().adjusted(-6, -6, 6, 6))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        w = np.linspace(p.low[0], p.high[0], p.values.shape[1])
        known = np.isfinite(p.values[0])
        at = self.place(np.stack([w[known], p.values[0][known]], axis=1))
        painter.setPen(QPen(QColor(theme.current().series[0]), 2))
        painter.drawPolyline(polyline(at[:, 0], at[:, 1]))
        way = p.path[-200:, 0]
        for x, y in self.place(np.stack([way, np.interp(way, w[known], p.values[0][known])], axis=1)):
            self._dot(painter, (x, y), 3.0, None)
        self._dot(painter, self.place(np.array([[p.point[0], p.loss]]))[0], 5.0, theme.color("positive"))
        painter.restore()

    def _dot(self, painter: QPainter, at: Any, radius: float, fill: QColor | None) -> None:
        painter.setPen(QPen(INK, 1.5))
        painter.setBrush(PAPER if fill is None else fill)
        painter.drawEllipse(QPointF(*at), radius, radius)
