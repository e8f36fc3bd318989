"""Normalization by mean and variance: over the rows (batch) or over the columns (layer) of a matrix, with gradients.

Both run in blocks of rows that stay in cache through all their operations; lanes may share the blocks, and sums are always
added up block after block. Few columns (channels) make short inner loops: batch normalization then takes several rows as
one, its vectors repeated alongside.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from vitrine.core.kernels import lanes
from vitrine.core.kernels.workspace import Workspace

WIDTH = 256  # columns that make an inner loop worth its start
BLOCK = 32_768  # floats of a block
FEW = 3  # blocks that are not worth waking a thread

Do = Callable[[int, slice, np.ndarray], None]


def _fold(x: np.ndarray) -> tuple[np.ndarray, int]:
    """x (M, C) as (M / r, r C), and r: a power of two that divides M."""
    rows, columns = x.shape
    times = 1
    while columns * times < WIDTH and rows % (2 * times) == 0 and rows:
        times *= 2
    return x.reshape(rows // times, times * columns), times


def _repeat(vector: np.ndarray, times: int) -> np.ndarray:
    return vector if times == 1 else np.tile(vector, times)


def _by_blocks(like: np.ndarray, work: Workspace, do: Do) -> None:
    """do(index, rows, part) for each block of rows of a matrix; `part`, as large as the block, may be written to meanwhile."""
    blocks = _blocks(*like.shape)
    size = blocks[0].stop if blocks else 0
    parts = [work.buffer(f"part {thread}", (size, like.shape[1]), like.dtype) for thread in range(lanes.threads())]

    def lane(index: int, thread: int) -> None:
        rows = blocks[index]
        do(index, rows, parts[thread][: rows.stop - rows.start])

    if len(blocks) > FEW:
        lanes.run(lane, len(blocks))
    else:
        for index in range(len(blocks)):
            lane(index, 0)


@lru_cache(256)
def _blocks(rows: int, columns: int) -> tuple[slice, ...]:
    size = max(1, BLOCK // max(1, columns))
    return tuple(slice(start, min(start + size, rows)) for start in range(0, rows, size))


def _sums(name: str, like: np.ndarray, work: Workspace) -> np.ndarray:
    """A row for the sums of each block's columns."""
    return work.buffer(name, (len(_blocks(*like.shape)), like.shape[1]), like.dtype)


def _ones(count: int, like: np.ndarray, work: Workspace) -> np.ndarray:
    ones = work.buffer("ones", (count,), like.dtype)
    ones.fill(1)
    return ones


def column_moments(x: np.ndarray, work: Workspace) -> tuple[np.ndarray, np.ndarray]:
    """Mean and (biased) variance of each column of x (M, C). Sums are products with ones."""
    wide, times = _fold(x)
    ones, sums = _ones(len(wide), x, work), _sums("sums", wide, work)
    share = x.dtype.type(1 / max(1, len(x)))

    def add(index: int, rows: slice, part: np.ndarray) -> None:
        np.dot(ones[rows], wide[rows], out=sums[index])

    _by_blocks(wide, work, add)
    mean = _folded(sums, times) * share
    beside = _repeat(mean, times)

    def add_squares(index: int, rows: slice, part: np.ndarray) -> None:
        np.subtract(wide[rows], beside, out=part)
        part *= part
        np.dot(ones[rows], part, out=sums[index])

    _by_blocks(wide, work, add_squares)
    return mean, _folded(sums, times) * share


def _folded(sums: np.ndarray, times: int) -> np.ndarray:
    """The sum of all blocks' sums of folded columns, by column."""
    total: np.ndarray = sums.sum(axis=0).reshape(times, -1).sum(axis=0)
    return total


def scale_and_shift(x: np.ndarray, mean: np.ndarray, scale: np.ndarray, shift: np.ndarray, out: np.ndarray, work: Workspace) -> None:
    """(x - mean) scale + shift into `out`, vectors (C) along the rows of x (M, C)."""
    wide, times = _fold(x)
    wide_out = out.reshape(wide.shape)
    beside, factor, add = _repeat(mean, times), _repeat(scale, times), _repeat(shift, times)

    def do(index: int, rows: slice, part: np.ndarray) -> None:
        y = wide_out[rows]
        np.subtract(wide[rows], beside, out=y)
        y *= factor
        y += add

    _by_blocks(wide, work, do)


def batch_norm_sums(
    dy: np.ndarray, x: np.ndarray, mean: np.ndarray, inverse: np.ndarray, dgamma: np.ndarray, dbeta: np.ndarray, work: Workspace
) -> None:
    """dgamma = sum dy (x - mean) inverse and dbeta = sum dy over the rows of dy and x (M, C)."""
    wide, times = _fold(x)
    wide_dy = dy.reshape(wide.shape)
    ones, beside = _ones(len(wide), x, work), _repeat(mean, times)
    by_gamma, by_beta = _sums("sums", wide, work), _sums("more sums", wide, work)

    def add(index: int, rows: slice, part: np.ndarray) -> None:
        np.subtract(wide[rows], beside, out=part)
        part *= wide_dy[rows]
        np.dot(ones[rows], part, out=by_gamma[index])
        np.dot(ones[rows], wide_dy[rows], out=by_beta[index])

    _by_blocks(wide, work, add)
    np.multiply(_folded(by_gamma, times), inverse, out=dgamma)
    np.copyto(dbeta, _folded(by_beta, times))


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
    share = x.dtype.type(1 / max(1, len(x)))
    beside, along = _repeat(mean, times), _repeat(inverse * dgamma * share, times)
    constant, scale = _repeat(dbeta * share, times), _repeat(gamma * inverse, times)

    def do(index: int, rows: slice, part: np.ndarray) -> None:
        dx = wide_dy[rows]
        np.subtract(wide[rows], beside, out=part)
        part *= along
        part += constant
        dx -= part
        dx *= scale

    _by_blocks(wide, work, do)


def layer_norm(
    x: np.ndarray, epsilon: float, gamma: np.ndarray, beta: np.ndarray, normal: np.ndarray, out: np.ndarray, work: Workspace
) -> np.ndarray:
    """(x - mean) / sqrt(var + epsilon) over each row of x (M, C) into `normal`, times gamma plus beta into `out`.

    Returns the inverse deviations (M, 1).
    """
    rows, columns = x.shape
    ones, share = _ones(columns, x, work), x.dtype.type(1 / columns)
    inverse = work.buffer("inverse", (rows, 1), x.dtype)

    def do(index: int, block: slice, square: np.ndarray) -> None:
        n, inv = normal[block], inverse[block]
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

    _by_blocks(x, work, do)
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
    ones, share = _ones(max(rows, columns), dy, work), dy.dtype.type(1 / columns)
    along = ones[:columns]
    by_gamma, by_beta = _sums("sums", dy, work), _sums("more sums", dy, work)

    def do(index: int, block: slice, product: np.ndarray) -> None:
        d, n = dy[block], normal[block]
        np.multiply(d, n, out=product)
        np.dot(ones[: len(d)], product, out=by_gamma[index])
        np.dot(ones[: len(d)], d, out=by_beta[index])
        d *= gamma
        product *= gamma
        level = (product @ along)[:, None] * share
        d -= (d @ along)[:, None] * share
        np.multiply(n, level, out=product)
        d -= product
        d *= inverse[block]

    _by_blocks(dy, work, do)
    np.add.reduce(by_gamma, axis=0, out=dgamma)
    np.add.reduce(by_beta, axis=0, out=dbeta)
