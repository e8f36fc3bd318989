"""im2col: the patches under a sliding kernel as rows of a matrix, a chunk of images at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from vitrine.core.kernels.workspace import aligned_empty


def aligned(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """An empty array whose memory begins at a multiple of 64 bytes."""
    return aligned_empty(int(np.prod(shape)), dtype).reshape(shape)


class Patches:
    """Copies images into a kept frame of zeros, and the windows of that frame into a kept matrix.

    frame: height and width with padding. kernel, step, count: size, stride and number of windows on both axes.
    place: where in the frame the taken part (`take`) of an image is written; a step in `place` spreads it.
    The matrix has a row a position and kernel rows x kernel columns x channels columns.
    """

    def __init__(
        self,
        images: int,
        frame: tuple[int, int],
        channels: int,
        kernel: tuple[int, int],
        step: tuple[int, int],
        count: tuple[int, int],
        place: tuple[slice, slice],
        take: tuple[slice, slice],
        dtype: Any,
    ) -> None:
        self.images = images
        self.positions = count[0] * count[1]
        self.take = (slice(None), *take)
        padded = aligned((images, *frame, channels), dtype)
        padded.fill(0)
        self._inside = padded[:, place[0], place[1]]
        n, y, x, c = padded.strides
        shape = (images, *count, *kernel, channels)
        windows = as_strided(padded, shape, (n, y * step[0], x * step[1], y, x, c))
        width = kernel[0] * kernel[1] * channels
        # NumPy copies run by run: with few channels the runs along the image's rows are the longer ones
        self._by_column = channels == 1 or kernel[1] * channels <= 6
        if self._by_column:
            order = (3, 4, 5, 0, 1, 2)
            self._flat = aligned_empty(images * self.positions * width, dtype)
            self._windows = windows.transpose(order)
            self._width = width
        else:
            cells = aligned(shape, dtype)
            self._cells, self._windows = cells, windows
            self._matrix = cells.reshape(images * self.positions, width)
        self._last: tuple[int, np.ndarray, np.ndarray, np.ndarray] | None = None

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The matrix for these images, at most `images` of them: a buffer, valid until the next call."""
        count = len(x)
        if self._last is None or self._last[0] != count:
            self._last = (count, self._inside[:count], *self._views(count))
        _, inside, windows, cells = self._last[:4]
        np.copyto(inside, x[self.take])
        np.copyto(cells, windows)
        return self._result

    def _views(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        if self._by_column:
            cells = self._flat[: count * self.positions * self._width]
            self._result = cells.reshape(self._width, count * self.positions).T
            windows = self._windows[:, :, :, :count]
            return windows, cells.reshape(windows.shape)
        self._result = self._matrix[: count * self.positions]
        return self._windows[:count], self._cells[:count]
