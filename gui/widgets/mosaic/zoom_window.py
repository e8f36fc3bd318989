"""A mosaic, or one tile of it, in a window of its own: zoom, pan, read values, live while training.

pyqtgraph is imported with this module, which takes half a second: `LateImport` brings it when somebody first wants such a window.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vitrine.core.pictures.mosaic import TOP, Layout
from vitrine.gui.look import theme
from vitrine.gui.widgets.bar import Bar, KeyButton, toggle
from vitrine.gui.widgets.glyph_button import GlyphButton
from vitrine.gui.widgets.indexed_image import color_table
from vitrine.gui.widgets.mosaic.separators import ink, tile_lines
from vitrine.gui.widgets.mosaic.tiles import Tiles

REDRAW_MS = 200
HINT = "Wheel zooms, drag moves, double-click or Home shows all of it; the arrows go to the next one"


class ZoomWindow(QWidget):
    """Shows what `view` shows, and goes with the window that `near` is in; `tile` is the one in view, None for all. closed: the window is gone."""

    closed = Signal()

    def __init__(self, view: Tiles, near: QWidget) -> None:
        self.host = _outermost(near)
        super().__init__(self.host, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("zoom_window")
        self.view = view
        self.tile: int | None = None
        self._framed: object = None  # what the visible range was fitted to
        self._pointer: QPointF | None = None
        self._pending = False
        self._later = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._later.timeout.connect(self._due)
        self._build()
        self.resize(640, 560)
        self.host.installEventFilter(self)
        theme.switch().changed.connect(self.retheme)
        self.retheme()

    def _build(self) -> None:
        self.back = GlyphButton("back", "zoom_back", "The one before (Left)")
        self.next = GlyphButton("next", "zoom_next", "The next one (Right)")
        self.all = toggle("All")
        fit = KeyButton()
        fit.setText("Fit")
        bar = Bar()
        bar.add(self.back)
        bar.add(self.next)
        bar.add(self.all, "All of them side by side, or the chosen one alone", "zoom_all")
        bar.add(fit, "Show all of it (Home)", "zoom_fit")
        bar.stretch()
        self.graphics = pg.GraphicsLayoutWidget()
        self.plot = self.graphics.addPlot()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.plot.hideAxis("bottom")
        self.plot.invertY(True)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.plot.addItem(self.image)
        self.plot.addItem(self.lines)
        self.bar = pg.ColorBarItem(values=(-1.0, 1.0), width=14, interactive=False)
        self.graphics.addItem(self.bar)
        below = Bar()
        self.readout = below.note()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.graphics, 1)
        layout.addWidget(below)
        self.back.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        self.all.clicked.connect(lambda: self.show_tile(None if self.tile is not None else self.view.current or 0))
        fit.clicked.connect(self.fit)
        self.graphics.scene().sigMouseMoved.connect(self._moved)
        self.graphics.scene().sigMouseClicked.connect(lambda event: self.fit() if event.double() else None)

    # which
    def show_tile(self, tile: int | None) -> None:
        """One tile alone, or all."""
        self.tile = tile
        self.draw()

    def go(self, step: int) -> None:
        count = self.view.layout_.count
        if count:
            self.show_tile((self.tile + step) % count if self.tile is not None else self.view.current or 0)

    def fit(self) -> None:
        self.plot.getViewBox().autoRange(padding=0.02)

    # drawing
    def feed(self) -> None:
        """The view shows something new: drawn five times a second at most, the last one always."""
        self._pending = True
        if not self._later.isActive():
            self._due()

    def _due(self) -> None:
        if self._pending:
            self._pending = False
            self.draw()
            self._later.start()

    def draw(self) -> None:
        view, layout = self.view, self.view.layout_
        if self.tile is not None and self.tile >= layout.count:
            self.tile = None
        self.all.setChecked(self.tile is None)
        for widget in (self.back, self.next, self.all):
            widget.setEnabled(layout.count > 1)
        self.setWindowTitle(view.title(self.tile))
        if view.picture is None:
            self.image.clear()
            self.lines.setData([], [])
            self.readout.setText("")
            return
        codes, lines = view.picture.values, _pairs(layout)
        if self.tile is not None:
            top, left = layout.origin(self.tile)
            codes, lines = codes[top : top + layout.height, left : left + layout.width], (np.empty(0), np.empty(0))
        table = np.array([(c >> 16 & 255, c >> 8 & 255, c & 255) for c in color_table(view.picture.name, theme.current().name)], np.uint8)
        self.image.setImage(codes, levels=(0, 255), lut=table, autoLevels=False)
        self.lines.setData(*lines)
        self._draw_bar(table)
        frame = (codes.shape, self.tile is None, view.stretched)
        if frame != self._framed:
            self._framed = frame
            self.plot.setAspectLocked(not view.stretched)
            self.fit()
        self._read()

    def _draw_bar(self, table: np.ndarray) -> None:
        scale, picture = self.view.scale, self.view.picture
        assert picture is not None
        self.bar.setVisible(scale > 0)
        if scale > 0:
            self.bar.setColorMap(pg.ColorMap(np.linspace(0, 1, TOP + 1), table[: TOP + 1]))
            self.bar.setLevels((-scale if picture.name == "diverging" else 0.0, scale))

    def retheme(self) -> None:
        self.graphics.setBackground(theme.color("surface"))
        self.lines.setPen(pg.mkPen(ink(), width=2))
        text = theme.color("text")
        for name in ("left", "right", "top", "bottom"):
            axis = self.bar.getAxis(name)
            axis.setPen(theme.color("border"))
            axis.setTextPen(QColor(text))
        self.draw()

    # reading off
    def _moved(self, place: QPointF) -> None:
        self._pointer = self.plot.getViewBox().mapSceneToView(place)
        self._read()

    def _read(self) -> None:
        layout = self.view.layout_
        found = None
        if self._pointer is not None:
            x, y = self._pointer.x(), self._pointer.y()
            if self.tile is None:
                found = layout.at(y, x)
            elif 0 <= y < layout.height and 0 <= x < layout.width:
                found = self.tile, int(y), int(x)
        text = HINT if found is None else "  \N{MIDDLE DOT}  ".join(self.view.lines(*found))
        if text != self.readout.text():
            self.readout.setText(text)

    # keys, and the end
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() == Qt.Key.Key_Home:
            self.fit()
        elif Qt.Key(event.key()) in steps:
            self.go(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.host and event.type() == QEvent.Type.Hide and not event.spontaneous():
            self.close()  # not when the window below is only minimized
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._later.stop()
        self.host.removeEventFilter(self)
        theme.switch().changed.disconnect(self.retheme)
        self.closed.emit()
        super().closeEvent(event)


def _outermost(widget: QWidget) -> QWidget:
    while (parent := widget.parentWidget()) is not None:
        widget = parent
    return widget


def _pairs(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the ends of the lines between tiles, in pixels of the mosaic."""
    height, width = layout.shape
    if layout.gap or layout.count < 2 or layout.height == layout.width == 1:
        return np.empty(0), np.empty(0)
    lines = tile_lines(layout, QRectF(0, 0, width, height))
    ends = np.array([(line.x1(), line.y1(), line.x2(), line.y2()) for line in lines]).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]
