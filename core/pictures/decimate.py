"""Curves of any length at the cost of a screen's width: extremes by blocks, kept up as points arrive."""

from __future__ import annotations

import math
import time

import numpy as np

FACTOR = 8  # points a block of the next level takes together
PIECE = 8192  # points that are smoothed before the clock is looked at


class Growing:
    """A float64 array that grows by doubling."""

    __slots__ = ("_data", "count")

    def __init__(self) -> None:
        self._data = np.empty(256)
        self.count = 0

    def reserve(self, room: int) -> None:
        """Have room for so many values in all."""
        if room > len(self._data):
            grown = np.empty(room)
            grown[: self.count] = self._data[: self.count]
            self._data = grown

    def extend(self, values: np.ndarray) -> None:
        """Append values; room grows twofold."""
        needed = self.count + len(values)
        if needed > len(self._data):
            self.reserve(max(needed, 2 * len(self._data)))
        self._data[self.count : needed] = values
        self.count = needed

    @property
    def values(self) -> np.ndarray:
        """What is there so far: a view."""
        return self._data[: self.count]


class Series:
    """Points (x, y) with x ascending. `envelope` gives few points for many, and none of their extremes is lost."""

    def __init__(self) -> None:
        self._x, self._y = Growing(), Growing()
        self._levels: list[tuple[Growing, Growing]] = []  # lows and highs of blocks of FACTOR ** (level + 1)

    def __len__(self) -> int:
        return self._x.count

    @property
    def x(self) -> np.ndarray:
        """Steps so far: a view."""
        return self._x.values

    @property
    def y(self) -> np.ndarray:
        """Values so far: a view."""
        return self._y.values

    def expect(self, count: int) -> None:
        """So many points will come in all: room is made now, while there is little to move, and for some more."""
        self._x.reserve(count + count // 4)
        self._y.reserve(count + count // 4)

    def extend(self, x: np.ndarray, y: np.ndarray) -> None:
        """More points; those whose y is not finite were not measured and are left out."""
        finite = np.isfinite(y)
        if not finite.all():
            x, y = x[finite], y[finite]
        if not len(y):
            return
        self._x.extend(x)
        self._y.extend(y)
        lows = highs = self._y
        level = 0
        while lows.count >= FACTOR:
            if level == len(self._levels):
                self._levels.append((Growing(), Growing()))
            own_lows, own_highs = self._levels[level]
            done, complete = own_lows.count, lows.count // FACTOR
            if complete == done:
                return
            part = slice(done * FACTOR, complete * FACTOR)
            own_lows.extend(lows.values[part].reshape(-1, FACTOR).min(axis=1))
            own_highs.extend(highs.values[part].reshape(-1, FACTOR).max(axis=1))
            lows, highs = own_lows, own_highs
            level += 1

    def between(self, low: float, high: float) -> tuple[int, int]:
        """Start and stop of the points with low <= x <= high, and one more to either side."""
        start = int(np.searchsorted(self.x, low, "left")) - 1
        stop = int(np.searchsorted(self.x, high, "right")) + 1
        return max(0, start), min(len(self), stop)

    def nearest(self, x: float) -> int | None:
        """The point whose x is closest, or None without a point."""
        if not len(self):
            return None
        after = int(np.searchsorted(self.x, x))
        if after == 0:
            return 0
        if after == len(self) or x - self.x[after - 1] <= self.x[after] - x:
            return after - 1
        return after

    def envelope(self, start: int, stop: int, most: int) -> tuple[np.ndarray, np.ndarray]:
        """x and y of a line through points start ... stop with about 2 * `most` corners, through every bucket's extremes."""
        if stop - start <= 2 * most:
            return self.x[start:stop], self.y[start:stop]
        block, lows, highs, level = 1, self._y, self._y, 0
        while level < len(self._levels) and (stop - start) // (block * FACTOR) >= most:
            lows, highs = self._levels[level]
            block *= FACTOR
            level += 1
        first, last = start // block, min(stop // block, lows.count)
        group = -(-(last - first) // most)
        edges = np.arange(first, last, group)
        bottom = np.minimum.reduceat(lows.values[:last], edges)
        top = np.maximum.reduceat(highs.values[:last], edges)
        begin, end = edges * block, np.append(edges[1:], last) * block - 1
        if last * block < stop:  # points that fill no block yet
            rest = self.y[last * block : stop]
            bottom, top = np.append(bottom, rest.min()), np.append(top, rest.max())
            begin, end = np.append(begin, last * block), np.append(end, stop - 1)
        x, y = np.empty(2 * len(begin)), np.empty(2 * len(begin))
        x[::2], x[1::2] = self.x[begin], self.x[end]
        falls = self.y[begin] >= self.y[end]
        y[::2], y[1::2] = np.where(falls, top, bottom), np.where(falls, bottom, top)
        return x, y


class Smoothed:
    """s_t = m_t / (1 - w^t), m_t = w m_(t-1) + (1 - w) y_t from m_0 = 0, over the points of a series as they arrive; w = 1 - 1 / span.

    The division takes away the pull towards the start, so that the mean lies amid the data from the first point on
    and s_1 = y_1. Kingma and Ba, 2015.
    """

    def __init__(self, source: Series, span: float) -> None:
        self.source, self.span = source, span
        self.series = Series()
        self._last = 0.0  # m_t

    @property
    def behind(self) -> bool:
        """The source has more."""
        return len(self.series) < len(self.source)

    def update(self, until: float = math.inf) -> None:
        """Smooth what the source has more than before, up to about that moment of `time.perf_counter`."""
        if not len(self.series):
            self.series.expect(len(self.source))
        while self.behind:
            self._take(self.source.y[len(self.series) :][:PIECE])
            if time.perf_counter() > until:
                return

    def _take(self, values: np.ndarray) -> None:
        done = len(self.series)
        weight = 1.0 - 1.0 / self.span
        means = exponential_average(values, weight, self._last)
        self._last = float(means[-1])
        if weight > 0:
            means /= -np.expm1(np.arange(done + 1, done + len(values) + 1) * np.log(weight))
        self.series.extend(self.source.x[done : done + len(values)], means)


def exponential_average(values: np.ndarray, weight: float, start: float) -> np.ndarray:
    """s_t = w s_(t-1) + (1 - w) v_t with s_(-1) = `start`, for any length without a loop over its points.

    Within a chunk s_t = w^t (w s + (1 - w) sum_k v_k / w^k); a chunk is so long that w to its length leaves 1e-10, so
    that what comes before its predecessor is lost in rounding and all chunks can be done at once.
    """
    if weight <= 0 or not len(values):
        return np.array(values, np.float64)
    length = max(1, int(np.ceil(np.log(1e-10) / np.log(weight))))
    count = -(-len(values) // length)
    if count == 1:
        length = len(values)
    padded = np.zeros(count * length)
    padded[: len(values)] = values
    powers = weight ** np.arange(length)
    local = np.cumsum(padded.reshape(count, length) / powers, axis=1) * (powers * (1 - weight))
    carried = np.empty(count)
    carried[0] = start
    carried[1:] = local[:-1, -1]
    if count > 1:
        carried[1] += start * weight**length
    smooth: np.ndarray = local + carried[:, None] * (powers * weight)
    return smooth.reshape(-1)[: len(values)]
