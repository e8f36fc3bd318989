"""A view that zooms within bounds, pans, fits and draws the grid; it knows nothing of networks."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPointingDevice, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from vitrine.gui.canvas.items.metrics import MAX_ZOOM, MIN_ZOOM
from vitrine.gui.look import theme

STEP = 1.2  # one press of + or -
GRID = 40
MARGIN = 30.0
LARGEST_FIT = 1.35  # a network of two cards need not fill the wall


class ZoomView(QGraphicsView):
    """`follows` is true while the whole network is kept in sight: until the user zooms or pans away from it."""

    zoom_changed = Signal(float)

    def __init__(self, scene: QGraphicsScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.follows = True
        self.covers: QWidget | None = None  # comes and goes on the upper edge
        self._pan_from: QPointF | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)

    # zoom
    def zoom(self) -> float:
        """Device pixels a scene unit: 1.0 is 100 %."""
        return self.transform().m11()

    def set_zoom(self, value: float, anchor: QPointF | None = None) -> None:
        """Zoom about a point of the viewport (its middle by default). Anything that is no number is ignored."""
        if not math.isfinite(value):
            return
        value = min(max(value, MIN_ZOOM), MAX_ZOOM)
        anchor = anchor if anchor is not None else QPointF(self.viewport().rect().center())
        kept = self.mapToScene(anchor.toPoint())
        self.resetTransform()
        self.scale(value, value)
        self._bring(kept, anchor)
        self.follows = False
        self.zoom_changed.emit(value)

    def _bring(self, scene_point: QPointF, viewport_point: QPointF) -> None:
        """Scroll so that the scene's point lies under the viewport's."""
        now = self.mapFromScene(scene_point)
        self.scroll_by(now.x() - viewport_point.x(), now.y() - viewport_point.y())

    def scroll_by(self, dx: float, dy: float) -> None:
        for bar, delta in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            bar.setValue(bar.value() + round(delta))

    def zoom_in(self) -> None:
        self.set_zoom(self.zoom() * STEP)

    def zoom_out(self) -> None:
        self.set_zoom(self.zoom() / STEP)

    def zoom_reset(self) -> None:
        self.set_zoom(1.0)

    def pan(self, dx: float, dy: float) -> None:
        self.scroll_by(dx, dy)
        self.follows = False

    def content_rect(self) -> QRectF:
        """What `fit` shows; subclasses know."""
        return self.scene().itemsBoundingRect()

    def room(self) -> tuple[float, float]:
        """Width and height that `fit` has for the content."""
        size = self.viewport().size()
        return max(size.width() - 2 * MARGIN, 20.0), max(size.height() - 2 * MARGIN, 20.0)

    def fit(self) -> None:
        """Show everything, and keep showing it while the window changes its size."""
        rect = self.content_rect()
        size = self.viewport().size()
        if rect.isEmpty() or size.width() < 2 or size.height() < 2:
            rect = QRectF(0, 0, 400, 300) if rect.isEmpty() else rect
        room, above = self.room(), self.top_bar()
        middle = QPointF(self.viewport().rect().center()) + QPointF(0, above / 2)
        for below in (0.0, self.bottom_bar()):
            self.set_zoom(min(room[0] / rect.width(), max(room[1] - above - below, 20.0) / rect.height(), LARGEST_FIT))
            self._bring(rect.center(), middle - QPointF(0, below / 2))
            if not self.is_covered():
                break
        self.follows = True

    def bottom_bar(self) -> float:
        """The height of what lies above the view's lower edge."""
        return 0.0

    def top_bar(self) -> float:
        """The height of what lies on the view's upper edge now."""
        return self.covers.height() if self.covers is not None and self.covers.isVisible() else 0.0

    def is_covered(self) -> bool:
        """Whether it hides any of the content as the view stands."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.follows:
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.follows:
            self.fit()

    # wheel and panning
    def wheelEvent(self, event: QWheelEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        touch = event.device().type() == QPointingDevice.DeviceType.TouchPad or not event.pixelDelta().isNull()
        delta = event.angleDelta()
        event.accept()
        if touch and not control:  # two fingers pan, a mouse's wheel zooms
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else delta / 2
            self.pan(-moved.x(), -moved.y())
        elif shift:
            self.pan(-(delta.x() or delta.y()) / 2, 0)
        elif delta.y():
            notches = min(max(delta.y() / 120, -4.0), 4.0)
            self.set_zoom(self.zoom() * STEP**notches, event.position())
        elif delta.x():
            self.pan(-delta.x() / 2, 0)

    def begin_pan(self, event: QMouseEvent) -> None:
        self._pan_from = event.position()
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def panning(self) -> bool:
        return self._pan_from is not None

    def continue_pan(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            moved = event.position() - self._pan_from
            self._pan_from = event.position()
            self.pan(-moved.x(), -moved.y())

    def end_pan(self) -> None:
        self._pan_from = None
        self.viewport().unsetCursor()

    # ground
    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        rect = QRectF(rect)
        painter.fillRect(rect, theme.color("canvas"))
        step = GRID * (1 if self.zoom() > 0.5 else 4)
        left, top = math.floor(rect.left() / step) * step, math.floor(rect.top() / step) * step
        lines = [QLineF(x, rect.top(), x, rect.bottom()) for x in range(left, math.ceil(rect.right()) + 1, step)]
        lines += [QLineF(rect.left(), y, rect.right(), y) for y in range(top, math.ceil(rect.bottom()) + 1, step)]
        painter.setPen(QPen(theme.color("grid"), 0))
        painter.drawLines(lines)
