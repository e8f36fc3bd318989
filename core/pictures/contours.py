"""Heights on a grid as filled bands, in the codes of `vitrine.core.pictures.mosaic`'s maps."""

from __future__ import annotations

import numpy as np

from vitrine.core.pictures.mosaic import TOP

BANDS = 16
CUT = 97.0  # percent: what lies higher counts as this high
DARKER = 26  # codes: a contour line against the band it bounds


def edges(values: np.ndarray, bands: int = BANDS) -> np.ndarray:
    """bands + 1 heights from the lowest value up, spaced like squares, so that the rings of a bowl lie evenly."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.linspace(0.0, 1.0, bands + 1)
    low, high = float(known.min()), float(np.percentile(known, CUT))
    if not high > low:
        high = low + max(abs(low), 1.0) * 1e-6
    return low + (high - low) * np.linspace(0.0, 1.0, bands + 1) ** 2


def picture(values: np.ndarray, levels: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 (height, width): the grid (rows upward) between its points, band by band, with a darker line between bands."""
    rows, columns = values.shape
    known = np.where(np.isnan(values), levels[-1], np.minimum(values, levels[-1]))
    y = np.linspace(rows - 1, 0, height)
    x = np.linspace(0, columns - 1, width)
    below, left = np.minimum(y.astype(int), max(rows - 2, 0)), np.minimum(x.astype(int), max(columns - 2, 0))
    up, right = (y - below)[:, None], x - left
    wide = known[:, left] * (1 - right) + known[:, np.minimum(left + 1, columns - 1)] * right
    fine = wide[below] * (1 - up) + wide[np.minimum(below + 1, rows - 1)] * up
    band = np.clip(np.searchsorted(levels, fine, side="right") - 1, 0, len(levels) - 2)
    codes = (band * (TOP / (len(levels) - 2))).astype(int)
    line = np.zeros(band.shape, bool)
    line[:, 1:] |= band[:, 1:] != band[:, :-1]
    line[1:] |= band[1:] != band[:-1]
    codes[line] = np.maximum(codes[line] - DARKER, 0)
    return np.asarray(codes, np.uint8)
