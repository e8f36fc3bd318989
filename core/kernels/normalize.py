"""Normalization by mean and variance: over the rows (batch) or over the columns (layer) of a matrix, with gradients.

Both run in blocks of rows that stay in cache through all their operations. Few columns (channels) make short inner
loops: batch normalization then takes several rows as one, its vectors repeated alongside.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vitrine.core.kernels.workspace import Workspace

WIDTH = 256  # columns that make an inner loop worth its start
BLOCK = 32_768  # floats of a block


def _fold(x: np.ndarray) -> tuple[np.ndarray, int]:
    """x (M, C) as (M / r, r C), and r: a power of two that divides M."""
    rows, columns = x.shape
    times = 1
    while columns * times < WIDTH and rows % (2 * times) == 0 and rows:
        times *= 2
    return x.reshape(rows // times, times * columns), times


def _repeat(vector: np.ndarray, times: int) -> np.ndarray:
    return vector if times == 1 else np.tile(vector, times)


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    size = max(1, BLOCK // max(1, columns))
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def _ones(count: int, like: np.ndarray, work: Workspace) -> np.ndarray:
    ones = work.buffer("ones", (count,), like.dtype)
    ones.fill(1)
    return ones


def _block_of(name: str, like: np.ndarray, work: Workspace) -> np.ndarray:
    return work.buffer(name, (max(1, min(len(like), BLOCK // max(1, like.shape[1]))), like.shape[1]), like.dtype)


def column_moments(x: np.ndarray, work: Workspace) -> tuple[np.ndarray, np.ndarray]:
    """Mean and (biased) variance of each column of x (M, C). Sums are products with ones."""
    wide, times = _fold(x)
    ones, part = _ones(len(wide), x, work), _block_of("part", wide, work)
    share = x.dtype.type(1 / max(1, len(x)))
    mean = (ones @ wide).reshape(times, -1).sum(axis=0) * share
    beside = _repeat(mean, times)
    total = np.zeros_like(beside)
    for rows in _blocks(*wide.shape):
        centered = part[: rows.stop - rows.start]
        np.subtract(wide[rows], beside, out=centered)
        centered *= centered
        total += ones[rows] @ centered
    return mean, total.reshape(times, -1).sum(axis=0) * share


def scale_and_shift(x: np.ndarray, mean: np.ndarray, scale: np.ndarray, shift: np.ndarray, out: np.ndarray) -> None:
    """(x - mean) scale + shift into `out`, vectors (C) along the rows of x (M, C)."""
    wide, times = _fold(x)
    wide_out = out.reshape(wide.shape)
    beside, factor, add = _repeat(mean, times), _repeat(scale, times), _repeat(shift, times)
    for rows in _blocks(*wide.shape):
        part = wide_out[rows]
        np.subtract(wide[rows], beside, out=part)
        part *= factor
        part += add


def batch_norm_sums(
    dy: np.ndarray, x: np.ndarray, mean: np.ndarray, inverse: np.ndarray, dgamma: np.ndarray, dbeta: np.ndarray, work: Workspace
) -> None:
    """dgamma = sum dy (x - mean) inverse and dbeta = sum dy over the rows of dy and x (M, C)."""
    wide, times = _fold(x)
    wide_dy = dy.reshape(wide.shape)
    ones, part = _ones(len(wide), x, work), _block_of("part", wide, work)
    beside = _repeat(mean, times)
    by_gamma, by_beta = np.zeros_like(beside), np.zeros_like(beside)
    for rows in _blocks(*wide.shape):
        product = part[: rows.stop - rows.start]
        np.subtract(wide[rows], beside, out=product)
        product *= wide_dy[rows]
        by_gamma += ones[rows] @ product
        by_beta += ones[rows] @ wide_dy[rows]
    np.multiply(by_gamma.reshape(times, -1).sum(axis=0), inverse, out=dgamma)
    np.copyto(dbeta, by_beta.reshape(times, -1).sum(axis=0))


def batch_norm_backward(
    dy: np.ndarray,
    x: np.ndarray,
    mean: np.ndarray,
    inverse: np.ndarray,
    gamma: np.ndarray,
    dgamma: np.ndarray,
    dbeta: np.ndarray,
    work: Workspace,
) -> None:
    """dL/dx over dy: gamma inverse (dy - dbeta / M - (x - mean) inverse dgamma / M), with the sums of `batch_norm_sums`."""
    wide, times = _fold(x)
    wide_dy = dy.reshape(wide.shape)
    part = _block_of("part", wide, work)
    share = x.dtype.type(1 / max(1, len(x)))
    beside, along = _repeat(mean, times), _repeat(inverse * dgamma * share, times)
    constant, scale = _repeat(dbeta * share, times), _repeat(gamma * inverse, times)
    for rows in _blocks(*wide.shape):
        product, dx = part[: rows.stop - rows.start], wide_dy[rows]
        np.subtract(wide[rows], beside, out=product)
        product *= along
        product += constant
        dx -= product
        dx *= scale


def layer_norm(
    x: np.ndarray, epsilon: float, gamma: np.ndarray, beta: np.ndarray, normal: np.ndarray, out: np.ndarray, work: Workspace
) -> np.ndarray:
    """(x - mean) / sqrt(var + epsilon) over each row of x (M, C) into `normal`, times gamma plus beta into `out`.

    Returns the inverse deviations (M, 1).
    """
    rows, columns = x.shape
    ones, part = _ones(columns, x, work), _block_of("part", x, work)
    share = x.dtype.type(1 / columns)
    inverse = work.buffer("inverse", (rows, 1), x.dtype)
    for block in _blocks(rows, columns):
        n, square, inv = normal[block], part[: block.stop - block.start], inverse[block]
        np.subtract(x[block], (x[block] @ ones)[:, None] * share, out=n)
        np.multiply(n, n, out=square)
        inv[:, 0] = square @ ones
        inv *= share
        inv += x.dtype.type(epsilon)
        np.sqrt(inv, out=inv)
        np.reciprocal(inv, out=inv)
        n *= inv
        np.multiply(n, gamma, out=out[block])
        out[block] += beta
    return inverse


def layer_norm_backward(
    dy: np.ndarray,
    normal: np.ndarray,
    inverse: np.ndarray,
    gamma: np.ndarray,
    dgamma: np.ndarray,
    dbeta: np.ndarray,
    work: Workspace,
) -> None:
    """dgamma and dbeta, and over dy: inverse (dn - mean dn - normal mean(dn normal)) with dn = gamma dy, means over each row."""
    rows, columns = dy.shape
    ones, part = _ones(max(rows, columns), dy, work), _block_of("part", dy, work)
    along = ones[:columns]
    share = dy.dtype.type(1 / columns)
    dgamma.fill(0)
    dbeta.fill(0)
    for block in _blocks(rows, columns):
        d, n, product = dy[block], normal[block], part[: block.stop - block.start]
        np.multiply(d, n, out=product)
        dgamma += ones[: len(d)] @ product
        dbeta += ones[: len(d)] @ d
        d *= gamma
        product *= gamma
        level = (product @ along)[:, None] * share
        d -= (d @ along)[:, None] * share
        np.multiply(n, level, out=product)
        d -= product
        d *= inverse[block]
