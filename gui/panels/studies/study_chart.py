"""What a study measured, drawn: lines and dots with their spread, and levels over the whole width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from vitrine.core.studies.base import Level, Picture, Points
from vitrine.gui.look import theme
from vitrine.gui.widgets.charts import axes
from vitrine.gui.widgets.charts.plot_area import PlotArea

LEFT, RIGHT, TOP, BOTTOM = 46, 12, 20, 32
COLORS = {"train": 0, "validation": 1, "test": 2}  # places in the theme's series
WHISKER = 3


class StudyChart(QWidget):
    """Draws a `vitrine.core.studies.base.Picture`; resting the mouse on it reads the values at the nearest x."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.plot = PlotArea(LEFT, RIGHT, TOP, BOTTOM)
        self.setMinimumSize(140, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Results of the study")

    def sizeHint(self) -> QSize:
        return QSize(260, 150)

    def show_picture(self, picture: Picture | None) -> None:
        self.picture = picture
        if picture is not None:
            self.plot.x, self.plot.y = _x_range(picture), _y_range(picture)
            self.setAccessibleDescription("; ".join(self.readout(x) for x in picture.points[0].x))
        self.update()

    def retheme(self) -> None:
        self.update()

    # painting
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.plot.fit(self.width(), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("surface"))
            if self.picture is not None:
                font = self.font()
                font.setPixelSize(10)
                painter.setFont(font)
                for level in self.picture.levels:
                    self._paint_band(painter, level)
                self._paint_axes(painter, self.picture)
                for level in self.picture.levels:
                    self._paint_level(painter, level)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                for points in self.picture.points:
                    self._paint_points(painter, points)
                self._paint_legend(painter, self.picture)

    def _paint_axes(self, painter: QPainter, picture: Picture) -> None:
        self.plot.paint_axes(painter, self.plot.x_ticks(50, whole=True), self.plot.y_ticks(26))
        rect = self.plot.rect
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(rect.left(), rect.bottom() + 16, rect.width(), 14), Qt.AlignmentFlag.AlignCenter, picture.x_name)

    def _paint_band(self, painter: QPainter, level: Level) -> None:
        if level.spread:
            shade = QColor(theme.current().series[2])
            shade.setAlpha(45)
            top, bottom = self.plot.place(self.plot.x[0], level.y + level.spread), self.plot.place(self.plot.x[1], level.y - level.spread)
            painter.fillRect(QRectF(top, bottom).intersected(self.plot.rect), shade)

    def _paint_level(self, painter: QPainter, level: Level) -> None:
        painter.setPen(QPen(theme.color("muted"), 1.2, Qt.PenStyle.DashLine))
        y = self.plot.place(self.plot.x[0], level.y).y()
        painter.drawLine(QPointF(self.plot.rect.left(), y), QPointF(self.plot.rect.right(), y))

    def _paint_points(self, painter: QPainter, points: Points) -> None:
        shade = self.color(points.name)
        places = [self.plot.place(x, y) for x, y in zip(points.x, points.y, strict=True)]
        painter.setPen(QPen(shade, 1))
        painter.setClipRect(self.plot.rect)
        for x, y, spread in zip(points.x, points.y, points.spread, strict=True):
            if spread:
                top, bottom = self.plot.place(x, y + spread), self.plot.place(x, y - spread)
                painter.drawLine(top, bottom)
                for end in (top, bottom):
                    painter.drawLine(end - QPointF(WHISKER, 0), end + QPointF(WHISKER, 0))
        painter.setClipping(False)
        if points.joined:
            painter.setPen(QPen(shade, 1.8))
            painter.drawPolyline(places)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        for at in places:
            painter.drawEllipse(at, 3.5, 3.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_legend(self, painter: QPainter, picture: Picture) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(8, 14), picture.y_name)
        x = 8 + metrics.horizontalAdvance(picture.y_name) + 14
        for points in picture.points if len(picture.points) > 1 else ():
            painter.fillRect(QRectF(x, 9, 12, 3), self.color(points.name))
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(x + 16, 14), points.name)
            x += 28 + metrics.horizontalAdvance(points.name)
        for level in picture.levels:
            painter.setPen(QPen(theme.color("muted"), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 10.5), QPointF(x + 14, 10.5))
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(x + 18, 14), level.name)
            x += 30 + metrics.horizontalAdvance(level.name)

    def color(self, name: str) -> QColor:
        return QColor(theme.current().series[COLORS.get(name, 3)])

    # reading off
    def readout(self, x: float) -> str:
        """All values at the measured point nearest to x, in words."""
        if self.picture is None:
            return ""
        first = self.picture.points[0]
        at = min(range(len(first.x)), key=lambda i: abs(first.x[i] - x))
        parts = [f"{self.picture.x_name} {first.x[at]:,.0f}"]
        for points in self.picture.points:
            spread = f" ± {axes.value_text(points.spread[at])}" if points.spread[at] else ""
            parts.append(f"{points.name} {axes.value_text(points.y[at])}{spread}")
        return ", ".join(parts)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.picture is not None:
            QToolTip.showText(event.globalPos(), self.readout(self.plot.x_at(event.pos().x())), self)
            return True
        return super().event(event)


def _x_range(picture: Picture) -> tuple[float, float]:
    values = [x for points in picture.points for x in points.x]
    room = (max(values) - min(values)) * 0.04 or 0.5
    return min(values) - room, max(values) + room


def _y_range(picture: Picture) -> tuple[float, float]:
    values = [y + side * s for points in picture.points for y, s in zip(points.y, points.spread) for side in (-1, 1)]
    values += [level.y + side * level.spread for level in picture.levels for side in (-1, 1)]
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or max(abs(high) * 0.05, 0.01)
    low = 0.0 if 0 <= min(y for points in picture.points for y in points.y) and low <= 0.35 * high else low - room
    return low, high + room
