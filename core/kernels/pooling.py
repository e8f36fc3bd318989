"""Pooling over images (N, H, W, C): the largest or the mean value under a sliding window, and the gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from vitrine.core.kernels import lanes
from vitrine.core.kernels.windows import Window
from vitrine.core.kernels.workspace import Workspace

Masks = tuple[np.ndarray, np.ndarray]
PART = 65_536  # values of the images that are pooled at a time: they stay in cache
SMALL = 131_072  # values of a batch that is not worth cutting up


def halves(rows: Window, cols: Window) -> bool:
    """Whether 2 x 2 windows tile the image, so that two pairwise maxima do; an odd last row may stand alone."""
    return all(a.size == a.stride == 2 and a.before == 0 and a.after <= 1 for a in (rows, cols))


def halves_masks(work: Workspace, x: tuple[int, ...], y: tuple[int, ...]) -> Masks:
    """Buffers for what `max_halves` notes of inputs of shape x and outputs of shape y, both with the batch."""
    return (
        work.buffer("row_mask", (x[0], x[1] // 2, x[2], x[3]), np.bool_),
        work.buffer("column_mask", (x[0], y[1], x[2] // 2, x[3]), np.bool_),
    )


def max_halves(x: np.ndarray, out: np.ndarray, masks: Masks | None, work: Workspace) -> None:
    """The maximum of each 2 x 2 square, rows first, into `out` (N, oh, ow, C).

    masks (N, H // 2, W, C) and (N, oh, W // 2, C), if given, say where the first of each pair was the larger.
    """
    count, height, width, channels = x.shape
    middle = work.buffer("pool_rows", (count, out.shape[1], width, channels), x.dtype)
    for axis, source, target, mask in ((1, x, middle, masks and masks[0]), (2, middle, out, masks and masks[1])):
        pairs = source.shape[axis] // 2
        first, second = _pair(source, axis, pairs)
        np.maximum(first, second, out=_part(target, axis, slice(pairs)))
        if mask is not None:
            np.greater_equal(first, second, out=mask)
        if target.shape[axis] > pairs:
            np.copyto(_part(target, axis, slice(pairs, None)), _part(source, axis, slice(2 * pairs, None)))


def max_halves_backward(dy: np.ndarray, dx: np.ndarray, masks: Masks, work: Workspace) -> None:
    """Hands dy to the pixel that was the largest of its square: fills `dx` (N, H, W, C)."""
    middle = work.buffer("pool_rows", (len(dy), dy.shape[1], dx.shape[2], dy.shape[3]), dy.dtype)
    for axis, source, target, mask in ((2, dy, middle, masks[1]), (1, middle, dx, masks[0])):
        pairs = target.shape[axis] // 2
        whole = _part(source, axis, slice(pairs))
        first, second = _pair(target, axis, pairs)
        np.multiply(whole, mask, out=first)
        np.subtract(whole, first, out=second)
        if target.shape[axis] > 2 * pairs:
            rest = _part(target, axis, slice(2 * pairs, None))
            if source.shape[axis] > pairs:
                np.copyto(rest, _part(source, axis, slice(pairs, None)))
            else:
                rest.fill(0)  # the odd row that no window reached


class Halving:
    """2 x 2 max pooling of whole batches, a few images at a time, in lanes that may run side by side."""

    def __init__(self, dtype: Any) -> None:
        self._works = [Workspace(dtype) for _ in range(lanes.LANES)]

    def forward(self, x: np.ndarray, out: np.ndarray, masks: Masks) -> None:
        """Maxima of 2 x 2 pixels of x (N, H, W, C) into `out`; `masks` take which pixel of a pair it was."""

        def part_of(part: slice, work: Workspace) -> None:
            max_halves(x[part], out[part], (masks[0][part], masks[1][part]), work)

        self._run(x, part_of)

    def backward(self, dy: np.ndarray, dx: np.ndarray, masks: Masks) -> None:
        """dL/dx into `dx`: each maximum's gradient goes to the pixel that gave it."""

        def part_of(part: slice, work: Workspace) -> None:
            max_halves_backward(dy[part], dx[part], (masks[0][part], masks[1][part]), work)

        self._run(dx, part_of)

    def _run(self, image: np.ndarray, part_of: Callable[[slice, Workspace], None]) -> None:
        if image.size <= SMALL:
            part_of(slice(0, len(image)), self._works[0])
            return
        shares = lanes.shares(len(image), max(1, PART * len(image) // image.size))

        def work(lane: int, thread: int) -> None:
            for part in shares[lane]:
                part_of(part, self._works[thread])

        lanes.run(work, len(shares))


def _part(array: np.ndarray, axis: int, part: slice) -> np.ndarray:
    return array[:, part] if axis == 1 else array[:, :, part]


def _pair(array: np.ndarray, axis: int, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    return _part(array, axis, slice(0, 2 * pairs, 2)), _part(array, axis, slice(1, 2 * pairs, 2))


# any other window


def offsets(rows: Window, cols: Window) -> Iterator[tuple[slice, slice]]:
    """For every place in the window, in reading order, the padded pixels that stand there."""
    for i in range(rows.size):
        for j in range(cols.size):
            yield (
                slice(i, i + (rows.count - 1) * rows.stride + 1, rows.stride),
                slice(j, j + (cols.count - 1) * cols.stride + 1, cols.stride),
            )


def framed(x: np.ndarray, rows: Window, cols: Window, border: float, work: Workspace) -> np.ndarray:
    """x with its padding, which holds `border`; x itself where there is none."""
    if rows.padded == rows.extent and cols.padded == cols.extent:
        return x
    frame = work.buffer("frame", (len(x), rows.padded, cols.padded, x.shape[3]), x.dtype)
    frame.fill(border)
    np.copyto(_inside(frame, rows, cols), x)
    return frame


def _inside(frame: np.ndarray, rows: Window, cols: Window) -> np.ndarray:
    return frame[:, rows.before : rows.before + rows.extent, cols.before : cols.before + cols.extent]


def max_windows(x: np.ndarray, rows: Window, cols: Window, out: np.ndarray, work: Workspace, index: np.ndarray | None) -> None:
    """The maximum of each window into `out`; `index`, if given, gets the place in the window where it stood (the first)."""
    frame = framed(x, rows, cols, -np.inf, work)
    better = work.buffer("better", out.shape, np.bool_)
    for place, (down, across) in enumerate(offsets(rows, cols)):
        values = frame[:, down, across]
        if place == 0:
            np.copyto(out, values)
            if index is not None:
                index.fill(0)
            continue
        if index is not None:
            np.greater(values, out, out=better)
            np.copyto(index, place, where=better)
        np.maximum(out, values, out=out)


def max_windows_backward(dy: np.ndarray, index: np.ndarray, rows: Window, cols: Window, dx: np.ndarray, work: Workspace) -> None:
    """Adds dy where each window's maximum stood: fills `dx`."""
    frame = work.zeros("frame", (len(dy), rows.padded, cols.padded, dy.shape[3]), dy.dtype)
    mask = work.buffer("better", dy.shape, np.bool_)
    share = work.buffer("share", dy.shape, dy.dtype)
    for place, (down, across) in enumerate(offsets(rows, cols)):
        np.equal(index, place, out=mask)
        np.multiply(dy, mask, out=share)
        frame[:, down, across] += share
    np.copyto(dx, _inside(frame, rows, cols))


def window_counts(rows: Window, cols: Window, dtype: np.dtype) -> np.ndarray:
    """How many pixels of the image, padding left out, each window holds: (oh, ow, 1)."""
    ones = np.zeros((1, rows.padded, cols.padded, 1), dtype)
    _inside(ones, rows, cols).fill(1)
    counts: np.ndarray = np.asarray(sum(ones[:, down, across] for down, across in offsets(rows, cols)))[0]
    return counts


def mean_windows(x: np.ndarray, rows: Window, cols: Window, counts: np.ndarray, out: np.ndarray, work: Workspace) -> None:
    """The mean of each window's pixels into `out`."""
    frame = framed(x, rows, cols, 0.0, work)
    out.fill(0)
    for down, across in offsets(rows, cols):
        out += frame[:, down, across]
    out /= counts


def mean_windows_backward(dy: np.ndarray, rows: Window, cols: Window, counts: np.ndarray, dx: np.ndarray, work: Workspace) -> None:
    """Hands every pixel its share of dy, which is overwritten: fills `dx`."""
    dy /= counts
    frame = work.zeros("frame", (len(dy), rows.padded, cols.padded, dy.shape[3]), dy.dtype)
    for down, across in offsets(rows, cols):
        frame[:, down, across] += dy
    np.copyto(dx, _inside(frame, rows, cols))
