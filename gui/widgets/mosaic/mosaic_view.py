"""Many tiles as one picture: hover to enlarge and read values, click or use the arrows to select, double-click to zoom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from vitrine.core.pictures.mosaic import Layout, best_columns
from vitrine.gui.look import theme
from vitrine.gui.widgets.charts.axes import value_text
from vitrine.gui.widgets.indexed_image import IndexedImage
from vitrine.gui.widgets.late_import import LateImport
from vitrine.gui.widgets.mosaic.magnifier import Magnifier
from vitrine.gui.widgets.mosaic.separators import ink, row_lines, tile_lines

if TYPE_CHECKING:
    from vitrine.gui.widgets.mosaic.zoom_window import ZoomWindow

MARGIN = 4
NAMES = 14  # pixels for the names above columns
KEYS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class MosaicView(QWidget):
    """selected: a tile was chosen. `describe(tile)` gives the first line of what the magnifier says.
    Whatever is said to a person is counted from 1: the fifth map is map 5."""

    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None, selectable: bool = True) -> None:
        super().__init__(parent)
        self.picture: IndexedImage | None = None
        self.layout_ = Layout(0, 1, 1, 1)
        self.values: np.ndarray | None = None
        self.stretched = False  # cells need not be square (a matrix of rows)
        self.current: int | None = None
        self.hovered: tuple[int, int, int] | None = None
        self.selectable = selectable
        self.describe: Callable[[int], str] = lambda tile: f"map {tile + 1}"
        self.magnifier = Magnifier(self)
        self.names: tuple[str, ...] = ()  # of the columns of a matrix of rows
        self._lines: list[QLineF] = []
        self._width = 1
        self._lines_key: Any = None
        self.scale = 0.0  # value of the strongest colour; 0: not known
        self.subject = ""  # whose tiles they are
        self.zoom: ZoomWindow | None = None
        self._zoom_module = LateImport("vitrine.gui.widgets.mosaic.zoom_window", self)  # brings pyqtgraph: half a second
        self._mouse = QPoint()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(40, 40)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        if selectable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # what is shown
    def show_picture(
        self, codes: np.ndarray, name: str, layout: Layout, values: np.ndarray | None = None, stretched: bool = False, scale: float = 0.0
    ) -> None:
        """codes: bytes laid out by `layout`, in the colour map `name`; values (n, h, w): what to read off."""
        self.scale = scale
        self.picture = IndexedImage(codes, name)
        self.layout_, self.values, self.stretched = layout, values, stretched
        if self.current is not None and self.current >= layout.count:
            self.current = None
        if self.hovered is not None:
            self._hover()
        if self.zoom is not None:
            self.zoom.feed()
        self.update()

    def clear(self) -> None:
        self.picture = None
        self.values = None
        self.layout_ = Layout(0, 1, 1, 1)
        self._unhover()
        if self.zoom is not None:
            self.zoom.feed()
        self.update()

    def set_current(self, tile: int | None) -> None:
        if tile != self.current:
            self.current = tile
            self.update()

    def retheme(self) -> None:
        if self.picture is not None:
            self.picture.retheme()
        self.update()

    def columns_for(self, count: int, height: int, width: int) -> int:
        """How many tiles a row should hold in the room there is."""
        return best_columns(count, height, width, max(0.2, (self.width() - 2 * MARGIN) / max(1, self.height() - 2 * MARGIN)), 0)

    # places
    @property
    def _named(self) -> bool:
        """Whether names stand above the columns: where they belong to them and can be read."""
        count = len(self.names)
        return self.stretched and count == self.layout_.width and self.width() / max(1, count) >= 16

    @property
    def target(self) -> QRectF:
        """Where the picture lies. Enlarged four times or more, by a whole number: pixels of one size."""
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        height, width = self.layout_.shape
        if not height or not width:
            return QRectF()
        if self.stretched:
            room.setTop(room.top() + (NAMES if self._named else 0))
            return QRectF(room.left(), room.top(), min(room.width(), width * 80.0), min(room.height(), height * 26.0))
        scale = min(room.width() / width, room.height() / height)
        scale = min(float(int(scale)) if scale >= 4 else scale, 48.0)
        size = QRectF(0, 0, width * scale, height * scale)
        size.moveCenter(room.center())
        return QRectF(round(size.left()), round(size.top()), size.width(), size.height())

    def tile_at(self, place: QPointF) -> tuple[int, int, int] | None:
        target = self.target
        height, width = self.layout_.shape
        if self.picture is None or not target.contains(place):
            return None
        y, x = (place.y() - target.top()) * height / target.height(), (place.x() - target.left()) * width / target.width()
        return self.layout_.at(y, x)

    def tile_rect(self, tile: int) -> QRectF:
        target, layout = self.target, self.layout_
        height, width = layout.shape
        across, down = target.width() / width, target.height() / height
        top, left = layout.origin(tile)
        return QRectF(target.left() + left * across, target.top() + top * down, layout.width * across, layout.height * down)

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("surface"))
            if self.picture is not None and self.layout_.count:
                target = self.target
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, target.width() < self.layout_.shape[1])
                painter.drawImage(target, self.picture.image)
                self._paint_lines(painter, target)
                if self._named:
                    self._paint_names(painter, target)
                if self.hovered is not None and self.hovered[0] < self.layout_.count and self.selectable:
                    painter.setPen(QPen(theme.color("text"), 1))
                    painter.drawRect(self.tile_rect(self.hovered[0]).adjusted(-1, -1, 0, 0))
                if self.current is not None:
                    painter.setPen(QPen(theme.color("accent"), 2))
                    painter.drawRect(self.tile_rect(self.current).adjusted(-1, -1, 1, 1))
            if self.hasFocus():
                painter.setPen(theme.color("accent"))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_lines(self, painter: QPainter, target: QRectF) -> None:
        key = (self.layout_, target.getRect(), self.stretched)
        if self._lines_key != key:
            self._lines_key, self._lines, self._width = key, *self._make_lines(target)
        if self._lines:
            painter.setPen(QPen(ink(), self._width))
            painter.drawLines(self._lines)

    def _make_lines(self, target: QRectF) -> tuple[list[QLineF], int]:
        """Lines and their width; none where tiles are too small to be told apart."""
        layout, tile = self.layout_, self.tile_rect(0)
        smallest = min(tile.width(), tile.height())
        if self.stretched:
            return (row_lines(layout, target) if tile.height() >= 6 else []), 1
        if layout.gap or layout.count < 2 or smallest < (10 if layout.height == layout.width == 1 else 5):
            return [], 1
        return tile_lines(layout, target), 1 if smallest < 16 else 2

    def _paint_names(self, painter: QPainter, target: QRectF) -> None:
        font = self.font()
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        width = target.width() / len(self.names)
        for i, name in enumerate(self.names):
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(width) - 2)
            painter.drawText(QRectF(target.left() + i * width, target.top() - NAMES, width, NAMES), Qt.AlignmentFlag.AlignCenter, shown)

    # the mouse
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position().toPoint()
        self._hover()
        self.update()

    def _hover(self) -> None:
        self.hovered = self.tile_at(QPointF(self._mouse))
        if self.hovered is None or self.picture is None:
            self.magnifier.hide()
            return
        tile, y, x = self.hovered
        top, left = self.layout_.origin(tile)
        codes = self.picture.values[top : top + self.layout_.height, left : left + self.layout_.width]
        self.magnifier.show_tile(codes, self.picture.name, (y, x), self.lines(tile, y, x), self.mapToGlobal(self._mouse))

    def lines(self, tile: int, y: int, x: int) -> list[str]:
        """What is said of a place in a tile."""
        found = [self.describe(tile)]
        if self.values is None or tile >= len(self.values):
            return found
        values = self.values[tile]
        if values.size == 1:
            return [*found, value_text(float(values[0, 0]))]
        name = self.names[x] if len(self.names) == values.shape[1] else f"input {x + 1}"
        place = f"row {y + 1}, column {x + 1}" if values.shape[0] > 1 else name
        found.append(f"{place}: {value_text(float(values[y, x]))}")
        found.append(f"from {value_text(float(values.min()))} to {value_text(float(values.max()))}")
        return found

    def _unhover(self) -> None:
        self.hovered = None
        self.magnifier.hide()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._unhover()

    def hideEvent(self, event: QHideEvent) -> None:
        self._unhover()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.tile_at(event.position())
        if found is not None and self.selectable and event.button() == Qt.MouseButton.LeftButton:
            self._select(found[0])

    def _select(self, tile: int) -> None:
        self.set_current(tile)
        self.selected.emit(tile)

    # in a window of its own
    def title(self, tile: int | None) -> str:
        what = "all" if tile is None else self.describe(tile).removeprefix(f"{self.subject}, ")
        return f"{self.subject}, {what}" if self.subject else what

    def enlarge(self, tile: int | None = None) -> None:
        """One tile, or all, in a window to zoom in; an open one shows it."""
        self._zoom_module.wait_for(lambda: self._enlarge(tile))

    def _enlarge(self, tile: int | None) -> None:
        from vitrine.gui.widgets.mosaic.zoom_window import ZoomWindow

        if self.picture is None:
            return
        if self.zoom is None:
            self.zoom = ZoomWindow(self, near=self)
            self.zoom.closed.connect(self._zoom_closed)
        self.zoom.show_tile(tile)
        self.zoom.show()
        self.zoom.raise_()
        self.zoom.activateWindow()

    def _zoom_closed(self) -> None:
        self.zoom = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.tile_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._unhover()
            self.enlarge(found[0] if self.selectable else None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.make_menu(self.tile_at(QPointF(event.pos())))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def make_menu(self, found: tuple[int, int, int] | None) -> QMenu:
        menu = QMenu(self)
        tile = self.current if found is None else found[0]
        if self.selectable and tile is not None:
            menu.addAction(f"Enlarge {self.describe(tile)}", lambda: self.enlarge(tile))
        menu.addAction("Enlarge all" if self.selectable else "Enlarge", self.enlarge)
        for action in menu.actions():
            action.setEnabled(self.picture is not None)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selectable and self.picture is not None:
            self.enlarge(self.current)
            return
        step = KEYS.get(Qt.Key(event.key()))
        count = self.layout_.count
        if step is None or not count or not self.selectable:
            super().keyPressEvent(event)
            return
        tile = 0 if self.current is None else self.current + step[0] * self.layout_.columns + step[1]
        if 0 <= tile < count:
            self._select(tile)
