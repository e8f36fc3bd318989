"""A chart of lines over one horizontal axis: zoom, readout under the mouse, logarithmic values.

Drawn once into a pixmap whenever something is new; the crosshair is painted over it, so that moving the mouse
costs next to nothing.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.pictures.curves import Curve
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed
from vitrine.gui.panels.curves.readout import paint_readout
from vitrine.gui.widgets.charts import axes
from vitrine.gui.widgets.charts.plot_area import PlotArea
from vitrine.gui.widgets.charts.polyline import polyline

LEFT, RIGHT, TOP, BOTTOM = 44, 10, 20, 19
ROUGH = 20  # times that a line goes up and down over the whole height: too rough for a fine pen
DOTS = 60  # epochs up to which each gets a dot
OWN_KEYS = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Right)
COLORS = {"train": 0, "validation": 1}  # places in the theme's series


class Chart(QWidget):
    """One metric. hovered: the x under the mouse, or NaN; ranged: the visible x range (NaN, NaN: all)."""

    hovered = Signal(float)
    ranged = Signal(float, float)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.lines: list[Curve] = []
        self.marks: list[tuple[float, str]] = []
        self.best: tuple[float, float, int] | None = None
        self.x_name = "step"
        self.plot = PlotArea(LEFT, RIGHT, TOP, BOTTOM)
        self.extent = (0.0, 1.0)  # of the data
        self.view: tuple[float, float] | None = None  # None: all of it
        self.pointer = math.nan
        self._pixmap: QPixmap | None = None
        self._drag: tuple[float, tuple[float, float]] | None = None
        self.plot.x = self.range
        self.setMouseTracking(True)
        self.setMinimumSize(120, 70)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{title} over steps or epochs: arrow keys read values, plus and minus zoom")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # what is shown
    def show_lines(self, lines: list[Curve], best: tuple[float, float, int] | None, marks: list[tuple[float, str]]) -> None:
        self.lines, self.best, self.marks = lines, best, marks
        lasts = [float(c.series.x[-1]) for c in lines if len(c.series)]
        self.set_extent(max([1.0, *lasts]))

    def set_extent(self, last: float) -> None:
        """The axis goes from 0 to there, unless a part of it is in view."""
        self.extent = (0.0, last)
        self.plot.x = self.range
        self.redraw()

    def redraw(self) -> None:
        self._pixmap = None
        self.update()

    def retheme(self) -> None:
        self.redraw()

    def set_view(self, view: tuple[float, float] | None) -> None:
        if view != self.view:
            self.view = view
            self.plot.x = self.range
            self.redraw()

    def set_cursor(self, x: float) -> None:
        if not (x == self.pointer or (math.isnan(x) and math.isnan(self.pointer))):
            self.pointer = x
            self.update()

    @property
    def range(self) -> tuple[float, float]:
        return self.view or self.extent

    def x_ticks(self) -> list[float]:
        return self.plot.x_ticks(60, whole=self.x_name == "epoch")

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.size() != (self.size() * ratio):
            self._pixmap = QPixmap(self.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(theme.color("surface"))
            with QPainter(self._pixmap) as painter:
                self._paint(painter)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._pixmap)
            if math.isfinite(self.pointer) and self.lines:
                self._paint_cursor(painter)
            if self.hasFocus():
                painter.setPen(theme.color("accent"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint(self, painter: QPainter) -> None:
        area = self.plot.rect
        drawn = self._envelopes()
        self.plot.y = self._value_range([y for _, _, y in drawn])
        font = self.font()
        font.setPixelSize(10)
        painter.setFont(font)
        self._paint_axes(painter)
        painter.setClipRect(area.adjusted(0, -1, 1, 1))
        painter.setPen(QPen(theme.color("muted"), 1, Qt.PenStyle.DashLine))
        for place, _ in self.marks:
            at = float(self.plot.x_of(place))
            painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        smooth = {c.name for c in self.lines if c.kind == "smooth"}
        for curve, x, y in drawn:
            self._paint_line(painter, curve, x, y, faint=curve.kind == "raw" and curve.name in smooth)
        painter.setClipping(False)
        self._paint_best(painter)
        self._paint_title(painter)

    def _envelopes(self) -> list[tuple[Curve, np.ndarray, np.ndarray]]:
        most = max(50, int(self.plot.rect.width()))
        found = []
        for curve in self.lines:
            part = curve.series.between(*self.range)
            found.append((curve, *curve.series.envelope(*part, most if curve.kind != "smooth" else most // 2)))
        return found

    def _value_range(self, parts: list[np.ndarray]) -> tuple[float, float]:
        parts = [p for p in parts if len(p)]
        if not parts:
            return (0.1, 1.0) if self.plot.log else (0.0, 1.0)
        low, high = min(float(p.min()) for p in parts), max(float(p.max()) for p in parts)
        if self.plot.log:
            if low <= 0:
                positive = [p[p > 0] for p in parts]
                low = min([float(p.min()) for p in positive if len(p)], default=0.1)
            high = max(high, low * 1.01)
            return low / 1.1, high * 1.1
        room = (high - low) * 0.05 or max(abs(high) * 0.05, 0.01)
        low = 0.0 if 0 <= low <= 0.35 * high else low - room  # a scale that starts at zero is easier to read
        return low, high + room

    def _paint_axes(self, painter: QPainter) -> None:
        self.plot.paint_axes(painter, self.x_ticks(), self.plot.y_ticks())
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(2, self.plot.rect.bottom() + 3, LEFT - 6, 14), Qt.AlignmentFlag.AlignLeft, self.x_name)

    def _paint_line(self, painter: QPainter, curve: Curve, x: np.ndarray, y: np.ndarray, faint: bool) -> None:
        if not len(x):
            return
        shade = self.color(curve.name)
        if faint:
            shade = mixed(shade, theme.color("surface"), 0.3)
        points = polyline(self.plot.x_of(x), heights := np.asarray(self.plot.y_of(y)))  # type: ignore[arg-type]
        # a wide antialiased pen on noisy points costs 60 times as much as a plain one
        wide = curve.kind != "raw" and float(np.abs(np.diff(heights)).sum()) < ROUGH * self.plot.rect.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, wide)
        painter.setPen(QPen(shade, 1.6 if wide else 1))
        painter.drawPolyline(points)
        if curve.kind == "epochs" and len(x) <= DOTS:
            painter.setPen(QPen(shade, 4.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(points)
        elif len(x) == 1:
            painter.setPen(QPen(shade, 3))
            painter.drawPoints(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_best(self, painter: QPainter) -> None:
        low, high = self.range
        if self.best is None or not low <= self.best[0] <= high:
            return
        x, y, epoch = self.best
        at = QPointF(float(self.plot.x_of(x)), float(self.plot.y_of(y)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.color("validation"), 1.6))
        painter.drawEllipse(at, 5, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def best_text(self) -> str:
        return f"best {axes.value_text(self.best[1])}, epoch {self.best[2]}" if self.best else ""

    def _paint_title(self, painter: QPainter) -> None:
        font = painter.font()
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(8, 14), self.title)
        x = 8 + painter.fontMetrics().horizontalAdvance(self.title) + 12
        font.setBold(False)
        font.setPixelSize(10)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        names = list(dict.fromkeys(c.name for c in self.lines))
        if x + sum(24 + metrics.horizontalAdvance(name) for name in names) > self.width():
            names = []  # no room: the colours are said by the readout
        for name in names:
            painter.fillRect(QRectF(x, 9, 12, 3), self.color(name))
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(x + 16, 14), name)
            x += 24 + metrics.horizontalAdvance(name)
        text = self.best_text()
        if text and x + metrics.horizontalAdvance(text) + 20 < self.width():
            at = self.width() - RIGHT - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(at, 14), text)
            painter.setPen(QPen(self.color("validation"), 1.3))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(QPointF(at - 8, 10.5), 3, 3)

    def color(self, name: str) -> QColor:
        return QColor(theme.current().series[COLORS.get(name, 2)])

    # reading off
    def readout(self, x: float) -> list[tuple[str, str, float]]:
        """Name, text and value of every line at the measured point nearest to x."""
        found: dict[str, tuple[str, str, float]] = {}
        smooth = {c.name: c for c in self.lines if c.kind == "smooth"}
        for curve in self.lines:
            at = curve.series.nearest(x)
            if at is None or curve.kind == "smooth":
                continue
            value = float(curve.series.y[at])
            text = f"{curve.name} {axes.value_text(value)}"
            if curve.name in smooth and at < len(smooth[curve.name].series):
                text += f" (smoothed {axes.value_text(float(smooth[curve.name].series.y[at]))})"
            if curve.name == "validation" and self.best is not None:
                text += f" ({self.best_text()})"
            found[curve.name] = (curve.name, text, value)
        return list(found.values())

    def cursor_heading(self) -> str:
        snapped = [c.series.x[i] for c in self.lines[:1] if (i := c.series.nearest(self.pointer)) is not None]
        x = float(snapped[0]) if snapped else self.pointer
        near = [text for at, text in self.marks if abs(float(self.plot.x_of(at)) - float(self.plot.x_of(self.pointer))) < 5]
        return ", ".join([f"{self.x_name} {x:,.0f}", *near])

    def _paint_cursor(self, painter: QPainter) -> None:
        area = self.plot.rect
        low, high = self.range
        if not low <= self.pointer <= high:
            return
        x = float(self.plot.x_of(self.pointer))
        painter.setPen(QPen(theme.color("muted"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        entries = self.readout(self.pointer)
        for name, _, value in entries:
            painter.fillRect(QRectF(x - 2, float(self.plot.y_of(value)) - 2, 5, 5), self.color(name))
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        rows = [(self.color(name), text) for name, text, _ in entries]
        paint_readout(painter, QPointF(x, area.top() + 2), self.width(), self.cursor_heading(), rows)

    # the keyboard
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in OWN_KEYS:
            event.accept()  # with the focus here these keys are the chart's, not the window's
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the readout from point to point, plus and minus zoom, Home shows all, Escape ends the readout."""
        key = Qt.Key(event.key())
        low, high = self.range
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_pointer(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            at = self.pointer if math.isfinite(self.pointer) else (low + high) / 2
            factor = 1.25 if key == Qt.Key.Key_Minus else 0.8
            self._show_range(at + (low - at) * factor, at + (high - at) * factor)
        elif key == Qt.Key.Key_Home:
            self.ranged.emit(math.nan, math.nan)
        elif key == Qt.Key.Key_Escape and math.isfinite(self.pointer):
            self.hovered.emit(math.nan)
        else:
            super().keyPressEvent(event)

    def _step_pointer(self, direction: int) -> None:
        low, high = self.range
        series = next((c.series for c in self.lines if len(c.series)), None)
        if series is None:
            return
        at = series.nearest(self.pointer if math.isfinite(self.pointer) else (low + high) / 2)
        assert at is not None
        first, last = series.between(low, high)
        stride = max(1, (last - first) // 100)  # a hundred presses from end to end at most
        found = float(series.x[min(max(0, at + direction * stride), len(series) - 1)])
        self.hovered.emit(min(max(found, low), high))

    # the mouse
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            start, (low, high) = self._drag
            shift = (start - event.position().x()) / self.plot.rect.width() * (high - low)
            self._show_range(low + shift, high + shift)
            return
        inside = self.plot.rect.adjusted(-4, 0, 4, 0).contains(event.position())
        self.hovered.emit(self.plot.x_at(event.position().x()) if inside else math.nan)

    def leaveEvent(self, event: object) -> None:
        self.hovered.emit(math.nan)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = (event.position().x(), self.range)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.ranged.emit(math.nan, math.nan)

    def wheelEvent(self, event: QWheelEvent) -> None:
        low, high = self.range
        at = self.plot.x_at(event.position().x())
        factor = 0.8 ** (event.angleDelta().y() / 120)
        self._show_range(at + (low - at) * factor, at + (high - at) * factor)
        event.accept()

    def _show_range(self, low: float, high: float) -> None:
        first, last = self.extent
        width = min(high - low, last - first)
        if width >= (last - first) * 0.999:
            self.ranged.emit(math.nan, math.nan)
            return
        width = max(width, 2.0)
        low = min(max(low, first), last - width)
        self.ranged.emit(low, low + width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.plot.fit(self.width(), self.height())
        self.redraw()
