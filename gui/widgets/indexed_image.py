"""Arrays of bytes as pictures: indexed with a table of colours, which costs no Python a pixel."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QImage

from vitrine.core.pictures.mosaic import GAP
from vitrine.gui.look import theme


@lru_cache(maxsize=12)
def color_table(name: str, theme_name: str) -> list[int]:
    """256 colours as QImage takes them for the map "diverging", "magnitude" or "gray"; the last one is the ground."""
    made = theme.diverging_table() if name == "diverging" else theme.gray_table() if name == "gray" else theme.magnitude_table()
    table = [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in made]
    table[GAP] = theme.color("surface").rgb()
    return table


class IndexedImage:
    """A byte array (h, w), its map and the QImage that shows it in the current theme.

    The image has 32-bit pixels: looking all colours up once and scaling that takes a fifth of the time that Qt needs
    to scale an indexed image, and a picture may be painted many times.
    """

    def __init__(self, values: np.ndarray, name: str) -> None:
        self.values = np.ascontiguousarray(values)
        self.name = name
        self._image: QImage | None = None

    @property
    def image(self) -> QImage:
        if self._image is None:
            height, width = self.values.shape
            indexed = QImage(self.values.data, width, height, width, QImage.Format.Format_Indexed8)
            indexed.setColorTable(color_table(self.name, theme.current().name))
            self._image = indexed.convertToFormat(QImage.Format.Format_RGB32)
        return self._image

    def retheme(self) -> None:
        self._image = None
