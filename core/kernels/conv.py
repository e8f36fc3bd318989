"""Convolution over images as matrix products over patches, and its gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from core.kernels.patches import Patches, aligned
from core.kernels.windows import Window

CHUNK = 230_000  # values of a chunk's patches and results: they should stay in the second-level cache

Chunk = Callable[[slice], np.ndarray]


class Convolution:
    """z = sum over the window of x W, for x (N, H, W, cin), W (kh, kw, cin, cout), z (N, oh, ow, cout).

    Holds the work buffers for one layer, so one thread may use it at a time. Images are worked on a few at a time.
    """

    def __init__(self, rows: Window, cols: Window, cin: int, cout: int, dtype: Any) -> None:
        self.rows, self.cols, self.cin, self.cout = rows, cols, cin, cout
        self.dtype = dtype
        self.kernel = (rows.size, cols.size)
        self.out_shape = (rows.count, cols.count, cout)
        self.width = rows.size * cols.size * cin
        self._positions = rows.count * cols.count
        # with a stride the output gradient would be mostly zeros if it were spread out: scatter the products instead
        self._scatters = rows.stride > 1 or cols.stride > 1
        self._made: dict[str, Any] = {}

    # chunks
    def _images(self, backward: bool) -> int:
        values = self._positions * (self.width + self.cout)
        if backward and not self._scatters:
            values = max(values, self.rows.extent * self.cols.extent * self.rows.size * self.cols.size * self.cout)
        return max(1, CHUNK // values)

    def chunks(self, count: int, backward: bool = False) -> Iterator[slice]:
        """Slices of a batch of `count` images."""
        size = self._images(backward)
        for start in range(0, count, size):
            yield slice(start, min(start + size, count))

    def patches(self, x: np.ndarray) -> np.ndarray:
        """The windows of a chunk of images as rows (positions, kh * kw * cin)."""
        made = self._made.get("patches")
        if made is None or made.images < len(x):
            rows, cols = self.rows, self.cols
            made = self._made["patches"] = Patches(
                len(x), (rows.padded, cols.padded), self.cin, self.kernel, (rows.stride, cols.stride), (rows.count, cols.count),
                (slice(rows.before, rows.before + rows.extent), slice(cols.before, cols.before + cols.extent)),
                (slice(None), slice(None)), self.dtype,
            )  # fmt: skip
        return made(x)

    # products
    def forward(self, x: np.ndarray, w: np.ndarray, out: np.ndarray) -> np.ndarray:
        """z for the whole batch, into `out`."""
        w2 = w.reshape(self.width, self.cout)
        flat = out.reshape(len(x), self._positions, self.cout)
        for part in self.chunks(len(x)):
            np.matmul(self.patches(x[part]), w2, out=flat[part].reshape(-1, self.cout))
        return out

    def parts(self, x: np.ndarray, w: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """z chunk by chunk: each in a buffer, valid until the next."""
        w2 = w.reshape(self.width, self.cout)
        for part in self.chunks(len(x)):
            cols = self.patches(x[part])
            z = self._buffer("part", (part.stop - part.start, *self.out_shape))
            np.matmul(cols, w2, out=z.reshape(-1, self.cout))
            yield part, z

    def backward(self, x: np.ndarray, dz: Chunk, w: np.ndarray, dw: np.ndarray | None, dx: np.ndarray | None) -> None:
        """dL/dW and dL/dx, each into the array given for it; `dz(part)` gives dL/dz for a chunk of the batch."""
        first = True
        for part in self.chunks(len(x), dx is not None):
            part_dz = dz(part)
            if dw is not None:
                self._weight_grad(x[part], part_dz, dw, first)
            if dx is not None:
                self._input_grad(part_dz, w, dx[part], first)
            first = False

    def input_grad(self, dz: np.ndarray, w: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """dL/dx alone: the forward pass of a transposed convolution."""
        first = True
        for part in self.chunks(len(dz), True):
            self._input_grad(dz[part], w, dx[part], first)
            first = False
        return dx

    def _weight_grad(self, x: np.ndarray, dz: np.ndarray, dw: np.ndarray, first: bool) -> None:
        cols = self.patches(x)
        dw2, dz2 = dw.reshape(self.width, self.cout), dz.reshape(-1, self.cout)
        if first:
            np.matmul(cols.T, dz2, out=dw2)
            return
        part = self._buffer("dw", dw2.shape)
        np.matmul(cols.T, dz2, out=part)
        dw2 += part

    def _input_grad(self, dz: np.ndarray, w: np.ndarray, dx: np.ndarray, first: bool) -> None:
        if self._scatters:
            return self._scatter(dz, w, dx)
        turned = self._buffer("turned", (*self.kernel, self.cout, self.cin))
        if first:  # the kernel turned by half a circle
            np.copyto(turned, w[::-1, ::-1].swapaxes(2, 3))
        cols = self._gradient_patches(len(dz))(dz)
        np.matmul(cols, turned.reshape(-1, self.cin), out=dx.reshape(-1, self.cin))
        return None

    def _gradient_patches(self, images: int) -> Patches:
        made = self._made.get("gradient")
        if made is None or made.images < images:
            rows, cols = self.rows, self.cols
            places = [_place(rows), _place(cols)]
            made = self._made["gradient"] = Patches(
                images, (rows.extent + rows.size - 1, cols.extent + cols.size - 1), self.cout, self.kernel, (1, 1),
                (rows.extent, cols.extent), (places[0][0], places[1][0]), (places[0][1], places[1][1]), self.dtype,
            )  # fmt: skip
        return made

    def _scatter(self, dz: np.ndarray, w: np.ndarray, dx: np.ndarray) -> None:
        rows, cols, count = self.rows, self.cols, len(dz)
        products = self._buffer("products", (count * self._positions, self.width))
        np.matmul(dz.reshape(-1, self.cout), w.reshape(self.width, self.cout).T, out=products)
        cells = products.reshape(count, rows.count, cols.count, rows.size, cols.size, self.cin)
        frame = self._buffer("frame", (count, rows.padded, cols.padded, self.cin))
        frame.fill(0)
        for i in range(rows.size):
            down = slice(i, i + (rows.count - 1) * rows.stride + 1, rows.stride)
            for j in range(cols.size):
                frame[:, down, j : j + (cols.count - 1) * cols.stride + 1 : cols.stride] += cells[:, :, :, i, j]
        np.copyto(dx, frame[:, rows.before : rows.before + rows.extent, cols.before : cols.before + cols.extent])

    def _buffer(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        made = self._made.get(name)
        if made is None or made.shape[1:] != shape[1:] or len(made) < shape[0]:
            made = self._made[name] = aligned(shape, self.dtype)
        return made[: shape[0]]


def _place(axis: Window) -> tuple[slice, slice]:
    """Where the output gradient lies in the frame of the input gradient's windows (stride 1), and which part of it."""
    start = axis.size - 1 - axis.before  # below zero: the first outputs saw padding only
    skip = max(-start, 0)
    room = axis.extent + axis.size - 1
    stop = min(start + axis.count, room)
    return slice(start + skip, stop), slice(skip, stop - start)
