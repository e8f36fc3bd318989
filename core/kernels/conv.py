"""Convolution over images as matrix products over patches, and its gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vitrine.core.kernels import lanes
from vitrine.core.kernels.patches import Patches
from vitrine.core.kernels.windows import Window
from vitrine.core.kernels.workspace import Workspace

CHUNK = 230_000  # values of a chunk's patches and results: they should stay in the second-level cache
SMALL_PRODUCT = 1_000_000  # multiply-adds up to which OpenBLAS has kernels for small matrices: narrow ones take half the time

Take = Callable[[slice, np.ndarray, Workspace], None]
Give = Callable[[slice, Workspace], np.ndarray]


def chunk_size(rows: Window, cols: Window, cin: int, cout: int, backward: bool) -> int:
    """How many images are worked on at a time; 0 where one is more than a chunk should be."""
    positions, width = rows.count * cols.count, rows.size * cols.size * cin
    values = positions * (width + cout)
    if backward and not (rows.stride > 1 or cols.stride > 1):
        values = max(values, rows.extent * cols.extent * rows.size * cols.size * cout)
    size, product = CHUNK // values, positions * width * cout
    return min(size, SMALL_PRODUCT // product) if product <= SMALL_PRODUCT else size


def forward_values(rows: Window, cols: Window, cin: int, cout: int, batch: int) -> int:
    """Values in the work buffers of a forward pass beside its results: frames and patches."""
    count = min(batch, max(1, chunk_size(rows, cols, cin, cout, False)))
    positions = rows.count * cols.count
    frame = rows.padded * cols.padded * cin
    return lanes.threads() * count * (frame + positions * (rows.size * cols.size * cin + cout))


def gradient_values(rows: Window, cols: Window, cin: int, cout: int, batch: int, needs_input_grad: bool) -> int:
    """Values in the further work buffers of a backward pass: sums of dW, and patches of the output's gradient."""
    count = min(batch, max(1, chunk_size(rows, cols, cin, cout, needs_input_grad)))
    positions, kernel = rows.count * cols.count, rows.size * cols.size
    total = (lanes.LANES - 1 + lanes.threads()) * kernel * cin * cout
    bench = positions * cout
    if needs_input_grad and (rows.stride > 1 or cols.stride > 1):
        bench += positions * kernel * cin + rows.padded * cols.padded * cin
    elif needs_input_grad:
        total += kernel * cin * cout  # the weights turned
        bench += (rows.extent + rows.size - 1) * (cols.extent + cols.size - 1) * cout + rows.extent * cols.extent * kernel * cout
    return total + lanes.threads() * count * bench


class _Job(NamedTuple):
    """What is convolved with what: the windows along both axes, and the channels."""

    rows: Window
    cols: Window
    cin: int
    cout: int

    @property
    def kernel(self) -> tuple[int, int]:
        return self.rows.size, self.cols.size

    @property
    def width(self) -> int:
        """Values under the kernel."""
        return self.rows.size * self.cols.size * self.cin

    @property
    def scatters(self) -> bool:
        """With a stride the output's gradient would be mostly zeros if it were spread out: scatter the products instead."""
        return self.rows.stride > 1 or self.cols.stride > 1


class Convolution:
    """z = sum over the window of x W, for x (N, H, W, cin), W (kh, kw, cin, cout), z (N, oh, ow, cout).

    Holds the work buffers for one layer. Images are worked on a few at a time, in lanes that may run side by side.
    """

    def __init__(self, rows: Window, cols: Window, cin: int, cout: int, dtype: Any) -> None:
        self.rows, self.cols, self.cin, self.cout = rows, cols, cin, cout
        job = _Job(rows, cols, cin, cout)
        self.kernel, self.width, self._scatters = job.kernel, job.width, job.scatters
        self.out_shape = (rows.count, cols.count, cout)
        self._benches = [_Bench(job, dtype) for _ in range(lanes.LANES)]
        self._sums = Workspace(dtype)

    def _shares(self, count: int, backward: bool) -> list[list[slice]]:
        """The chunks of a batch of `count` images, lane by lane."""
        return lanes.shares(count, chunk_size(self.rows, self.cols, self.cin, self.cout, backward))

    # products
    def forward(self, x: np.ndarray, w: np.ndarray, out: np.ndarray) -> np.ndarray:
        """z for the whole batch, into `out`."""
        w2 = w.reshape(self.width, self.cout)
        shares = self._shares(len(x), False)

        def work(lane: int, thread: int) -> None:
            bench = self._benches[thread]
            for part in shares[lane]:
                np.matmul(bench.patches(x[part]), w2, out=out[part].reshape(-1, self.cout))

        lanes.run(work, len(shares))
        return out

    def forward_parts(self, x: np.ndarray, w: np.ndarray, take: Take) -> None:
        """z chunk by chunk: take(part, z, work) gets each in a buffer, with a workspace that no other chunk uses meanwhile."""
        w2 = w.reshape(self.width, self.cout)
        shares = self._shares(len(x), False)

        def work(lane: int, thread: int) -> None:
            bench = self._benches[thread]
            for part in shares[lane]:
                cols = bench.patches(x[part])
                z = bench.buffer("z", (part.stop - part.start, *self.out_shape))
                np.matmul(cols, w2, out=z.reshape(-1, self.cout))
                take(part, z, bench)

        lanes.run(work, len(shares))

    def backward(self, x: np.ndarray, give: Give, w: np.ndarray, dw: np.ndarray, dx: np.ndarray | None) -> None:
        """dL/dW and dL/dx, each into the array given for it; give(part, work) is dL/dz for a chunk of the batch."""
        shares = self._shares(len(x), dx is not None)
        turned = self._turned(w) if dx is not None else w
        # each lane sums its own share, the first in place: the order of additions is always the same
        sums = [dw.reshape(self.width, self.cout)]
        sums += [self._sums.buffer(f"dw {lane}", sums[0].shape) for lane in range(1, len(shares))]

        def work(lane: int, thread: int) -> None:
            bench = self._benches[thread]
            for part in shares[lane]:
                dz = give(part, bench)
                bench.weight_grad(x[part], dz, sums[lane], part is shares[lane][0])
                if dx is not None:
                    bench.input_grad(dz, turned, dx[part])

        lanes.run(work, len(shares))
        for other in sums[1:]:
            sums[0] += other

    def input_grad(self, dz: np.ndarray, w: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """dL/dx alone: the forward pass of a transposed convolution."""
        shares, turned = self._shares(len(dz), True), self._turned(w)

        def work(lane: int, thread: int) -> None:
            for part in shares[lane]:
                self._benches[thread].input_grad(dz[part], turned, dx[part])

        lanes.run(work, len(shares))
        return dx

    def _turned(self, w: np.ndarray) -> np.ndarray:
        """The weights as the input gradient wants them: turned by half a circle, or as they are to scatter."""
        if self._scatters:
            return w
        turned = self._sums.buffer("turned", (*self.kernel, self.cout, self.cin))
        np.copyto(turned, w[::-1, ::-1].swapaxes(2, 3))
        return turned


class _Bench(Workspace):
    """What one thread works on a chunk of images with."""

    def __init__(self, job: _Job, dtype: Any) -> None:
        super().__init__(dtype)
        self.job = job
        self._patches: Patches | None = None
        self._gradient_patches: Patches | None = None

    def patches(self, x: np.ndarray) -> np.ndarray:
        """The windows of these images as rows (positions, kh * kw * cin)."""
        if self._patches is None or self._patches.images < len(x):
            rows, cols = self.job.rows, self.job.cols
            self._patches = Patches(
                len(x), (rows.padded, cols.padded), self.job.cin, self.job.kernel, (rows.stride, cols.stride), (rows.count, cols.count),
                (slice(rows.before, rows.before + rows.extent), slice(cols.before, cols.before + cols.extent)),
                (slice(None), slice(None)), self.dtype,
            )  # fmt: skip
        return self._patches(x)

    def weight_grad(self, x: np.ndarray, dz: np.ndarray, total: np.ndarray, first: bool) -> None:
        """Adds to, or begins, the sum of cols' dz."""
        cols, dz2 = self.patches(x), dz.reshape(-1, self.job.cout)
        if first:
            np.matmul(cols.T, dz2, out=total)
        else:
            total += np.matmul(cols.T, dz2, out=self.buffer("dw", total.shape))

    def input_grad(self, dz: np.ndarray, turned: np.ndarray, dx: np.ndarray) -> None:
        job = self.job
        if job.scatters:
            return self._scatter(dz, turned, dx)
        if self._gradient_patches is None or self._gradient_patches.images < len(dz):
            rows, cols = job.rows, job.cols
            places = [_place(rows), _place(cols)]
            self._gradient_patches = Patches(
                len(dz), (rows.extent + rows.size - 1, cols.extent + cols.size - 1), job.cout, job.kernel, (1, 1),
                (rows.extent, cols.extent), (places[0][0], places[1][0]), (places[0][1], places[1][1]), self.dtype,
            )  # fmt: skip
        np.matmul(self._gradient_patches(dz), turned.reshape(-1, job.cin), out=dx.reshape(-1, job.cin))
        return None

    def _scatter(self, dz: np.ndarray, w: np.ndarray, dx: np.ndarray) -> None:
        job, count = self.job, len(dz)
        rows, cols = job.rows, job.cols
        products = self.buffer("products", (count * rows.count * cols.count, job.width))
        np.matmul(dz.reshape(-1, job.cout), w.reshape(job.width, job.cout).T, out=products)
        cells = products.reshape(count, rows.count, cols.count, rows.size, cols.size, job.cin)
        frame = self.zeros("frame", (count, rows.padded, cols.padded, job.cin))
        for i in range(rows.size):
            down = slice(i, i + (rows.count - 1) * rows.stride + 1, rows.stride)
            for j in range(cols.size):
                frame[:, down, j : j + (cols.count - 1) * cols.stride + 1 : cols.stride] += cells[:, :, :, i, j]
        np.copyto(dx, frame[:, rows.before : rows.before + rows.extent, cols.before : cols.before + cols.extent])


def _place(axis: Window) -> tuple[slice, slice]:
    """Where the output gradient lies in the frame of the input gradient's windows (stride 1), and which part of it."""
    start = axis.size - 1 - axis.before  # below zero: the first outputs saw padding only
    skip = max(-start, 0)
    room = axis.extent + axis.size - 1
    stop = min(start + axis.count, room)
    return slice(start + skip, stop), slice(skip, stop - start)
