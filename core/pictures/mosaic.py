"""Arrays as pictures: values to bytes of a colour table, and many tiles laid out in one array.

A byte from 0 to 254 is a place in a table of 256 colours; 255 stands for the gap between tiles. The maps:
"diverging" for signed values with zero at 127, "magnitude" for values from zero up, "gray" for pictures of data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

TOP = 254  # the last code of a value
ZERO = 127  # the code of zero in the diverging map
GAP = 255


@dataclass(frozen=True)
class Layout:
    """Where tiles lie in a mosaic: `count` tiles of `height` x `width`, `columns` in a row, `gap` pixels between."""

    count: int
    height: int
    width: int
    columns: int
    gap: int = 1

    @property
    def rows(self) -> int:
        """Number of rows."""
        return -(-self.count // self.columns) if self.columns else 0

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the whole."""
        rows, columns = self.rows, min(self.columns, self.count)
        return max(0, rows * (self.height + self.gap) - self.gap), max(0, columns * (self.width + self.gap) - self.gap)

    def origin(self, index: int) -> tuple[int, int]:
        """Top and left of a tile."""
        row, column = divmod(index, self.columns)
        return row * (self.height + self.gap), column * (self.width + self.gap)

    def at(self, y: float, x: float) -> tuple[int, int, int] | None:
        """Tile, row and column within it of a place in the mosaic; None between tiles and outside."""
        if y < 0 or x < 0 or not self.count:
            return None
        row, dy = divmod(int(y), self.height + self.gap)
        column, dx = divmod(int(x), self.width + self.gap)
        index = row * self.columns + column
        if dy >= self.height or dx >= self.width or column >= self.columns or index >= self.count:
            return None
        return index, dy, dx


def best_columns(count: int, height: int, width: int, aspect: float, gap: int = 1) -> int:
    """How many columns let `count` tiles of that size fill a place of width / height = `aspect` best."""
    if count <= 1:
        return 1
    best, found = 0.0, 1
    for rows in range(1, count + 1):
        columns = math.ceil(count / rows)
        scale = min(aspect / (columns * (width + gap) - gap), 1.0 / (rows * (height + gap) - gap))
        if scale > best * 1.0001:
            best, found = scale, columns
        elif scale < best * 0.5:
            break
    return found


def compose(tiles: np.ndarray, layout: Layout, fill: int = GAP) -> np.ndarray:
    """Tiles (n, h, w) uint8 in one array of `layout.shape`; gaps and places without a tile hold `fill`."""
    gap, rows, columns = layout.gap, layout.rows, layout.columns
    room = np.full((rows * columns, layout.height + gap, layout.width + gap), fill, np.uint8)
    room[: layout.count, : layout.height, : layout.width] = tiles[: layout.count]
    grid = room.reshape(rows, columns, layout.height + gap, layout.width + gap).swapaxes(1, 2)
    flat = grid.reshape(rows * (layout.height + gap), columns * (layout.width + gap))
    height, width = layout.shape
    return np.ascontiguousarray(flat[:height, :width])


def _codes(values: np.ndarray, factor: float, offset: float) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is far beyond the scale is at its end
        scaled: np.ndarray = np.multiply(values, np.float32(factor), dtype=np.float32)
        scaled += np.float32(offset + 0.5)
    np.nan_to_num(scaled, copy=False, nan=offset, posinf=TOP, neginf=0.0)
    np.clip(scaled, 0, TOP, out=scaled)
    return scaled.astype(np.uint8)


def diverging(values: np.ndarray, scale: float) -> np.ndarray:
    """round(127 + 127 v / scale): signed values with zero in the middle; not-a-number counts as zero."""
    return _codes(values, ZERO / max(scale, 1e-30), ZERO)


def magnitude(values: np.ndarray, scale: float) -> np.ndarray:
    """round(254 v / scale): values from zero up."""
    return _codes(values, TOP / max(scale, 1e-30), 0.0)


def gray(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """round(254 (v - low) / (high - low)): a picture of the data."""
    factor = TOP / max(high - low, 1e-30)
    with np.errstate(over="ignore"):
        above = np.subtract(values, low, dtype=np.float32)
    return _codes(above, factor, 0.0)


def peak(values: np.ndarray) -> float:
    """The largest finite |v|; 0 without one."""
    if not values.size:
        return 0.0
    found = max(float(values.max()), -float(values.min()))
    if math.isfinite(found):
        return found
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def colored(values: np.ndarray, scale: float = 0.0) -> tuple[np.ndarray, str, float]:
    """Codes, map and scale for any values: "magnitude" where none is below zero, else "diverging". Scale 0: their own peak."""
    scale = scale or peak(values) or 1.0
    if values.size and np.fmin.reduce(values, axis=None) < 0:  # as `nanmin`, which warns where nothing is a number
        return diverging(values, scale), "diverging", scale
    return magnitude(values, scale), "magnitude", scale


def steady_scale(held: float, found: float) -> float:
    """The scale to use where `held` was in use and the values' peak is `found`: it grows as they grow, in steps of two
    significant digits, and shrinks only when they fill less than half of it, so that colours keep their meaning."""
    if not math.isfinite(found) or found <= 0:
        return held
    if held * 0.5 <= found <= held:
        return held
    digit = 10.0 ** (math.floor(math.log10(found)) - 1)
    return math.ceil(found / digit - 1e-9) * digit


def resized(picture: np.ndarray, longest: int) -> np.ndarray:
    """The picture (h, w) with no side longer than `longest`, by leaving out rows and columns."""
    height, width = picture.shape
    step_y, step_x = -(-height // longest), -(-width // longest)
    return picture[::step_y, ::step_x]


def bright(x: np.ndarray) -> np.ndarray:
    """floor(255 (v - min) / (max - min)) over all pictures: uint8 (n, h, w), or (n, h, w, 3) of those with at least three channels.

    x: (n, h, w) or (n, h, w, c); not-a-number counts as zero.
    """
    values = np.nan_to_num(x.reshape(*x.shape[:3], -1))
    low, high = float(values.min()), float(values.max())
    scaled = ((values - low) * (255.0 / ((high - low) or 1.0))).astype(np.uint8)
    return np.ascontiguousarray(scaled[..., :3] if scaled.shape[-1] >= 3 else scaled[..., 0])
