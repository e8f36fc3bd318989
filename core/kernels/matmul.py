"""Matrix product with bias, and its gradients."""

from __future__ import annotations

import numpy as np

from core.workspace import Workspace

LONG_RUN = 2048  # floats that an elementwise operation should run over at a time
LONG_SUM = 256  # terms of a sum that a BLAS adds up in one order, whatever its number of threads


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray, work: Workspace) -> np.ndarray:
    """a b into `out` (in C order), for matrices; by `dot`, as `matmul` takes twice as long to begin.

    Long sums are added up in parts of fixed length: the same bits with any number of threads.
    """
    length = a.shape[1]
    if length <= LONG_SUM:
        return np.dot(a, b, out=out)
    parts = -(-length // LONG_SUM)
    step = -(-length // parts)
    np.dot(a[:, :step], b[:step], out=out)
    part = work.buffer("product", out.shape, out.dtype)
    for start in range(step, length, step):
        out += np.dot(a[:, start : start + step], b[start : start + step], out=part)
    return out


def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, out: np.ndarray, work: Workspace) -> np.ndarray:
    """x W + b over the last axis, into `out`: x (..., F), W (F, U), b (U), out (..., U)."""
    if x.ndim == 2:
        product(x, w, out, work)
    else:
        product(x.reshape(-1, x.shape[-1]), w, out.reshape(-1, w.shape[1]), work)
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
    np.dot(work.constant("ones", (len(dz2),), 1, dz2.dtype), dz2, out=db)


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
    product(x2.T, dz2, dw, work)
    if db is not None:
        bias_grad(dz2, db, work)
    if dx is not None:
        product(dz2, w.T, dx, work)
