"""Matrix product with bias, and its gradients. Lanes work on parts of large products and on independent ones side by side.

The bits must not depend on the number of threads. So very large products are always cut into the same parts. Smaller ones
would lose by that on one thread: they are cut only where there are more, and only if the parts give bit for bit what the
whole does, which is tried out once for each shape. (A BLAS adds up in an order that depends on shapes, not on numbers; its
kernels take rows some at a time, so that cuts at a multiple change nothing, and cuts elsewhere do.)
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np

from vitrine.core.kernels import lanes
from vitrine.core.kernels.workspace import Workspace

BLOCK = 65_536  # numbers that may be summed in single precision: the error stays near that of one of them

LONG_RUN = 2048  # floats that an elementwise operation should run over at a time
WORTH = 8_000_000  # multiply-adds that are worth waking a thread
LARGE = 64_000_000  # multiply-adds from which a product is always cut
EDGE = 24  # parts begin at multiples of it: BLAS takes so many rows at a time, or a divisor of it

Product = tuple[np.ndarray, np.ndarray, np.ndarray]  # a, b, and where a b goes


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """a b into `out` (in C order), for matrices; by the method `dot`, as `np.dot` and `matmul` take up to three times as long to begin."""
    if out.size * a.shape[1] < WORTH:
        return a.dot(b, out)
    _side_by_side(_parts(a, b, out))
    return out


def products(first: Product, second: Product) -> None:
    """Two independent products worth waking a thread, as `product`; of about one size, if they shall gain by two threads."""
    _side_by_side([*_parts(*first), *_parts(*second)])


def _side_by_side(parts: list[Product]) -> None:
    def work(lane: int, thread: int) -> None:
        a, b, out = parts[lane]
        if out.flags.c_contiguous:
            np.dot(a, b, out=out)
        else:
            np.matmul(a, b, out=out)

    lanes.run(work, len(parts))


def _parts(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> list[Product]:
    (rows, columns), size = out.shape, out.size * a.shape[1]
    if size >= LARGE:
        cuts = _cuts(max(rows, columns), lanes.MOST if size >= 4 * LARGE else lanes.LANES)
        if columns > rows:
            return [(a, b[:, cut], out[:, cut]) for cut in cuts]
        return [(a[cut], b, out[cut]) for cut in cuts]
    if size >= WORTH and lanes.free() and _exact(rows, a.shape[1], columns, _turned(a), _turned(b), out.dtype):
        return [(a[cut], b, out[cut]) for cut in _cuts(rows, 2)]
    return [(a, b, out)]


@lru_cache(1024)
def _cuts(length: int, count: int) -> tuple[slice, ...]:
    """`length` rows or columns in about `count` parts; none has only one, for which BLAS has other kernels."""
    edges = {round(i * length / count / EDGE) * EDGE for i in range(count)}
    return tuple(slice(start, stop) for start, stop in itertools.pairwise([*sorted(e for e in edges if e < length - 1), length]))


def _turned(matrix: np.ndarray) -> bool:
    return bool(matrix.flags.f_contiguous and not matrix.flags.c_contiguous)


@lru_cache(1024)
def _exact(rows: int, length: int, columns: int, a_turned: bool, b_turned: bool, dtype: np.dtype) -> bool:
    """Whether such a product, cut in two by rows, is bit for bit the whole."""
    rng = np.random.default_rng(0)
    a = rng.standard_normal((length, rows) if a_turned else (rows, length)).astype(dtype)
    b = rng.standard_normal((columns, length) if b_turned else (length, columns)).astype(dtype)
    a, b = a.T if a_turned else a, b.T if b_turned else b
    whole, parts = np.empty((rows, columns), dtype), np.empty((rows, columns), dtype)
    np.dot(a, b, out=whole)
    for cut in _cuts(rows, 2):
        np.dot(a[cut], b, out=parts[cut])
    return whole.tobytes() == parts.tobytes()


def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, out: np.ndarray) -> np.ndarray:
    """x W + b over the last axis, into `out`: x (..., F), W (F, U), b (U), out (..., U)."""
    if x.ndim == 2:
        product(x, w, out)
    else:
        product(x.reshape(-1, x.shape[-1]), w, out.reshape(-1, w.shape[1]))
    if b is not None:
        out += b
    return out


def add_bias(z: np.ndarray, b: np.ndarray, work: Workspace) -> None:
    """z + b over the last axis, in place. A short bias is repeated first: NumPy works run by run."""
    rows = z.reshape(-1, len(b))
    times = LONG_RUN // len(b)
    if times < 2 or len(rows) < 4 * times or not z.flags.c_contiguous:
        z += b
        return
    tile = work.buffer("bias_tile", (times, len(b)), z.dtype)
    tile[...] = b
    whole = len(rows) // times * times
    tiled = rows[:whole].reshape(-1, tile.size)
    tiled += tile.reshape(-1)
    rows[whole:] += b


def bias_grad(dz: np.ndarray, db: np.ndarray, work: Workspace) -> None:
    """db = sum of dz over all but the last axis: a product with ones beats sum."""
    dz2 = dz if dz.ndim == 2 else dz.reshape(-1, len(db))
    work.constant("ones", (len(dz2),), 1, dz2.dtype).dot(dz2, db)


def affine_backward(
    x: np.ndarray,
    w: np.ndarray,
    dz: np.ndarray,
    dw: np.ndarray,
    db: np.ndarray | None,
    dx: np.ndarray | None,
    work: Workspace,
) -> None:
    """dW = x' dz, db = 1' dz, dx = dz W', each into the array given for it."""
    x2, dz2 = x, dz
    if x.ndim != 2:
        x2, dz2 = x.reshape(-1, w.shape[0]), dz.reshape(-1, w.shape[1])
        dx = None if dx is None else dx.reshape(x2.shape)
    if db is not None:
        bias_grad(dz2, db, work)
    if dx is not None and dw.size * len(dz2) >= WORTH:
        products((x2.T, dz2, dw), (dz2, w.T, dx))
        return
    product(x2.T, dz2, dw)
    if dx is not None:
        product(dz2, w.T, dx)


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """sum_i a_i b_i of two flat arrays, blocks of them in their own precision and those in float64.

    BLAS alone, on one running sum of float32, is wrong by a thousandth over 50 million numbers of like sign.
    """
    if a.size <= BLOCK:
        return float(a.dot(b))
    return sum(float(np.dot(a[i : i + BLOCK], b[i : i + BLOCK])) for i in range(0, a.size, BLOCK))


def wide_dot(a: np.ndarray, b: np.ndarray) -> float:
    """The same, also where a product or a sum leaves the range of float32, as the square of 1.9e19 does."""
    value = dot(a, b)
    if np.isfinite(value):
        return value
    return sum(float(np.dot(*(part[i : i + BLOCK].astype(np.float64) for part in (a, b)))) for i in range(0, a.size, BLOCK))
