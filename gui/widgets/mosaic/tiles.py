"""What a window that enlarges a mosaic needs to know of it."""

from __future__ import annotations

from typing import Protocol

from vitrine.core.pictures.mosaic import Layout
from vitrine.gui.widgets.indexed_image import IndexedImage


class Tiles(Protocol):
    """A mosaic as it stands: its picture laid out in tiles, the tile that is chosen, and words for each."""

    picture: IndexedImage | None
    layout_: Layout
    stretched: bool
    scale: float
    current: int | None

    def title(self, tile: int | None) -> str: ...
    def lines(self, tile: int, y: int, x: int) -> list[str]: ...
