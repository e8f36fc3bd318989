"""Trails of optimizers over the filled levels of a surface."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.surfaces.base import Point, Surface, picture
from vitrine.core.surfaces.race import Trail
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed
from vitrine.gui.widgets.charts.axes import value_text
from vitrine.gui.widgets.charts.polyline import polyline

LINE = 1.7
OUTSIDE = 3000.0  # pixels beyond the picture where a trail is cut: painters lose their way far out


def trail_pen(index: int, width: float = LINE) -> QPen:
    """The line of the optimizer of that place in the list: colours of the theme in turn, dashed from the second turn on."""
    series = theme.current().series
    pen = QPen(QColor(series[index % len(series)]), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
    if index >= len(series):
        pen.setDashPattern([3.0, 2.0])
    return pen


def level_table() -> list[int]:
    """256 quiet colours from the deepest level to the highest: the trails are what counts."""
    colors = theme.current()
    ground, ink = QColor(colors.surface), QColor(colors.muted)
    deep, high = (0.5, 0.0) if colors.name == "light" else (0.0, 0.5)
    return [mixed(ink, ground, deep + (high - deep) * code / 255).rgb() for code in range(256)]


class RaceView(QWidget):
    """The surface from above. What was drawn is kept: a step forward only adds to it, all else draws it anew."""

    start_chosen = Signal(float, float)  # a click: race from there

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface: Surface | None = None
        self.start: Point = (0.0, 0.0)
        self.step = 0
        self.highlighted: str | None = None
        self.hovered: Point | None = None
        self.redraws = 0  # from nothing
        self.stroked = 0  # points of trails given to a painter for what is kept
        self._trails: dict[str, tuple[int, Trail]] = {}
        self._pixels: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # places and length of the way to each
        self._ground: QPixmap | None = None
        self._layer: QPixmap | None = None
        self._drawn = 0  # the step that the layer shows
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(80, 60))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Surface with the trails of the optimizers")

    # what to show
    def show_race(self, surface: Surface, start: Point, trails: Mapping[str, tuple[int, Trail]], step: int) -> None:
        """These trails, by the optimizer's type with its place in the list of colours, up to a step."""
        if surface != self.surface:
            self._ground = None
            self.hovered = None
            self.setToolTip(f"{surface.formula}\nDarker is lower; crosses are minima. Click to start elsewhere")
        self.surface, self.start, self.step, self._trails = surface, start, step, dict(trails)
        self._forget()

    def set_step(self, step: int) -> None:
        if step != self.step:
            if step < self._drawn:
                self._layer = None
            self.step = step
            self.update()

    def highlight(self, name: str | None) -> None:
        if name != self.highlighted:
            self.highlighted = name
            self.update()

    def retheme(self) -> None:
        self._ground = None
        self._forget()

    def _forget(self) -> None:
        self._layer = None
        self._pixels.clear()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.retheme()

    # places
    def place(self, x: float, y: float) -> QPointF:
        """Where a point of the surface lies on the widget."""
        px = self._places(np.array([[x, y]]))[0]
        return QPointF(float(px[0]), float(px[1]))

    def point(self, place: QPointF) -> Point | None:
        """The point of the surface under a place; None outside."""
        if self.surface is None or not QRectF(self.rect()).contains(place):
            return None
        (left, right), (bottom, top) = self.surface.x_range, self.surface.y_range
        return left + place.x() / self.width() * (right - left), top - place.y() / self.height() * (top - bottom)

    def _places(self, points: np.ndarray) -> np.ndarray:
        assert self.surface is not None
        (left, right), (bottom, top) = self.surface.x_range, self.surface.y_range
        found = (points - (left, top)) / (right - left, bottom - top) * (self.width(), self.height())
        return np.clip(found, -OUTSIDE, OUTSIDE)

    def _way(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        if name not in self._pixels:
            places = self._places(self._trails[name][1].points)
            lengths = np.append(0.0, np.cumsum(np.hypot(*np.diff(places, axis=0).T)))
            self._pixels[name] = places, lengths
        return self._pixels[name]

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self.surface is None or self.width() < 2 or self.height() < 2:
                return
            painter.drawPixmap(0, 0, self._current_layer())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.highlighted in self._trails:
                index, _ = self._trails[self.highlighted]
                self._draw_way(painter, self.highlighted, trail_pen(index, 2 * LINE), 0, self.step)
            self._draw_ends(painter)
            if self.readout:
                self._draw_readout(painter)

    def _current_layer(self) -> QPixmap:
        if self._layer is None:
            self._layer = self._made_ground().copy()
            self._drawn = 0
            self.redraws += 1
        if self.step > self._drawn:
            with QPainter(self._layer) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                for name, (index, _) in self._trails.items():
                    self.stroked += self._draw_way(painter, name, trail_pen(index), self._drawn, self.step)
            self._drawn = self.step
        return self._layer

    def _draw_way(self, painter: QPainter, name: str, pen: QPen, first: int, last: int) -> int:
        """The way between two steps; of how many points that consisted."""
        places, lengths = self._way(name)
        last = min(last, len(places) - 1)
        if last <= first:
            return 0
        part = places[first : last + 1]
        cells = np.floor(part)  # steps within a pixel show nothing and cost the painter dear
        keep = np.append(True, np.any(cells[1:] != cells[:-1], axis=1))
        keep[-1] = True
        if pen.style() == Qt.PenStyle.CustomDashLine:
            pen.setDashOffset(float(lengths[first]) / pen.widthF())
        painter.setPen(pen)
        painter.drawPolyline(polyline(part[keep, 0], part[keep, 1]))
        return int(np.count_nonzero(keep))

    def _made_ground(self) -> QPixmap:
        if self._ground is None:
            assert self.surface is not None
            ratio = self.devicePixelRatioF()
            codes = picture(self.surface, max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
            height, width = codes.shape
            image = QImage(codes.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
            image.setColorTable(level_table())
            self._ground = QPixmap.fromImage(image)
            self._ground.setDevicePixelRatio(ratio)
            with QPainter(self._ground) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme.color("text"), 1.6))
                for minimum in self.surface.minima:
                    at = self.place(*minimum)
                    painter.drawLine(at + QPointF(-4, -4), at + QPointF(4, 4))
                    painter.drawLine(at + QPointF(-4, 4), at + QPointF(4, -4))
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.setPen(theme.color("border"))
                painter.drawRect(0, 0, self.width() - 1, self.height() - 1)
        return self._ground

    def _draw_ends(self, painter: QPainter) -> None:
        """The start as a ring; each optimizer as a dot, or a cross where it has diverged."""
        ground = theme.color("surface")
        painter.setPen(QPen(theme.color("text"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self.place(*self.start), 5.5, 5.5)
        for index, trail in self._trails.values():
            at, pen = self.place(*trail.at(self.step)[:2]), trail_pen(index, 2.0)
            pen.setStyle(Qt.PenStyle.SolidLine)
            if trail.ended and self.step > trail.steps:
                painter.setPen(pen)
                painter.drawLine(at + QPointF(-5, -5), at + QPointF(5, 5))
                painter.drawLine(at + QPointF(-5, 5), at + QPointF(5, -5))
                continue
            painter.setPen(QPen(ground, 1.2))
            painter.setBrush(pen.color())
            painter.drawEllipse(at, 4.2, 4.2)

    @property
    def readout(self) -> str:
        """The value under the mouse, or what the highlighted optimizer has reached."""
        if self.surface is None:
            return ""
        if self.hovered is not None:
            x, y = self.hovered
            value, who = float(self.surface.value(x, y)), ""
        elif self.highlighted in self._trails:
            trail = self._trails[self.highlighted][1]
            x, y, value = trail.at(self.step)
            who = f"{trail.optimizer.title}: "
        else:
            return ""
        return who + f"f({x:.2f}, {y:.2f}) = {value_text(value)}".replace("-", "\N{MINUS SIGN}")

    def _draw_readout(self, painter: QPainter) -> None:
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        lines = [self.readout]
        if metrics.horizontalAdvance(self.readout) + 16 > self.width():
            lines = [part.strip() for part in self.readout.replace(": ", ":\n").replace(" = ", "\n= ").split("\n")]
        wide, high = max(map(metrics.horizontalAdvance, lines)) + 10, len(lines) * metrics.height() + 4
        low = self.hovered is not None and self.place(*self.hovered).y() < self.height() / 2  # never under the pointer
        top = self.height() - high - 3 if low else 3
        plate = QRectF(3, top, wide, high)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(theme.color("text"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, "\n".join(lines))

    # mouse
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered = self.point(event.position())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.point(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.start_chosen.emit(*found)
