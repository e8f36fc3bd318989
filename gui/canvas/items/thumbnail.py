"""A card's live picture: one composed index image and a colour table, drawn without per-pixel Python."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from vitrine.gui.look import theme

_TABLES = {"diverging": theme.diverging_table, "gray": theme.gray_table}


@lru_cache(maxsize=8)
def color_table(name: str, theme_name: str) -> list[int]:
    """256 colours of the map "diverging", "magnitude" or "gray", as QImage takes them."""
    made = _TABLES[name](theme.current()) if name in _TABLES else theme.magnitude_table()
    return [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in made]


class Thumbnail:
    """An index image (rows, columns) of 8-bit values and the name of its colour map."""

    def __init__(self, values: np.ndarray, colors: str) -> None:
        if values.ndim != 2 or values.dtype != np.uint8:
            raise ValueError(f"a thumbnail takes a 2-D array of bytes, got {values.ndim}-D {values.dtype}")
        self.values = np.ascontiguousarray(values)
        self.colors = colors
        self.recolor()

    def recolor(self) -> None:
        """Take the current theme's colours. 32-bit pixels: Qt scales those several times faster than indexed ones."""
        height, width = self.values.shape
        indexed = QImage(self.values.data, width, height, width, QImage.Format.Format_Indexed8)
        indexed.setColorTable(color_table(self.colors, theme.current().name))
        self.image = indexed.convertToFormat(QImage.Format.Format_RGB32)

    def paint(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """As large as fits, in its own proportions; pixels stay sharp unless the picture must shrink."""
        width, height = self.image.width(), self.image.height()
        if not width or not height:
            return
        scale = min(rect.width() / width, rect.height() / height)
        target = QRectF(0, 0, width * scale, height * scale)
        target.moveCenter(rect.center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * zoom < 1.0)
        painter.drawImage(target, self.image)
