"""Normalization by mean and variance: over the rows (batch) or over the columns (layer) of a matrix, with gradients."""

from __future__ import annotations

import numpy as np

from core.workspace import Workspace


def column_moments(x: np.ndarray, centered: np.ndarray, work: Workspace) -> tuple[np.ndarray, np.ndarray]:
    """Mean and (biased) variance of each column of x (M, C); x - mean goes into `centered`. Sums as products with ones."""
    rows, columns = x.shape
    share = _constant("share", rows, 1.0 / rows, x, work)
    mean = work.buffer("mean", (columns,), x.dtype)
    variance = work.buffer("variance", (columns,), x.dtype)
    np.matmul(share, x, out=mean)
    np.subtract(x, mean, out=centered)
    square = work.buffer("square", x.shape, x.dtype)
    np.multiply(centered, centered, out=square)
    np.matmul(share, square, out=variance)
    return mean, variance


def batch_norm_backward(
    dy: np.ndarray,
    normal: np.ndarray,
    scale: np.ndarray,
    dgamma: np.ndarray,
    dbeta: np.ndarray,
    dx: np.ndarray | None,
    work: Workspace,
) -> None:
    """dx = scale (dy - (dbeta + normal dgamma) / M), dgamma = sum dy normal, dbeta = sum dy; all (M, C) but the sums.

    scale: gamma / sqrt(variance + epsilon). `dx` may be `dy`.
    """
    rows = len(dy)
    ones = _constant("ones", rows, 1.0, dy, work)
    product = work.buffer("square", dy.shape, dy.dtype)
    np.matmul(ones, dy, out=dbeta)
    np.multiply(dy, normal, out=product)
    np.matmul(ones, product, out=dgamma)
    if dx is None:
        return
    np.multiply(normal, dgamma * dy.dtype.type(1.0 / rows), out=product)
    np.subtract(dy, product, out=dx)
    dx -= dbeta * dy.dtype.type(1.0 / rows)
    dx *= scale


def layer_norm(x: np.ndarray, epsilon: float, normal: np.ndarray, work: Workspace) -> np.ndarray:
    """(x - mean) / sqrt(var + epsilon) over each row of x (M, C), into `normal`; the inverse deviations (M, 1)."""
    rows, columns = x.shape
    share = _constant("share", columns, 1.0 / columns, x, work)
    mean = work.buffer("mean", (rows,), x.dtype)
    inverse = work.buffer("inverse", (rows,), x.dtype)
    np.matmul(x, share, out=mean)
    np.subtract(x, mean[:, None], out=normal)
    square = work.buffer("square", x.shape, x.dtype)
    np.multiply(normal, normal, out=square)
    np.matmul(square, share, out=inverse)
    inverse += x.dtype.type(epsilon)
    np.sqrt(inverse, out=inverse)
    np.reciprocal(inverse, out=inverse)
    normal *= inverse[:, None]
    return inverse[:, None]


def layer_norm_backward(dn: np.ndarray, normal: np.ndarray, inverse: np.ndarray, dx: np.ndarray, work: Workspace) -> None:
    """dx = inverse (dn - mean dn - normal mean(dn normal)), means over each row; `dx` may be `dn`."""
    rows, columns = dn.shape
    share = _constant("share", columns, 1.0 / columns, dn, work)
    product = work.buffer("square", dn.shape, dn.dtype)
    np.multiply(dn, normal, out=product)
    along = np.matmul(product, share)
    mean = np.matmul(dn, share)
    np.multiply(normal, along[:, None], out=product)
    np.subtract(dn, product, out=dx)
    dx -= mean[:, None]
    dx *= inverse


def _constant(name: str, count: int, value: float, like: np.ndarray, work: Workspace) -> np.ndarray:
    array = work.buffer(name, (count,), like.dtype)
    array.fill(value)
    return array
