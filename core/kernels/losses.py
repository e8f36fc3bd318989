"""Losses over whole batches with their gradients; softmax with cross entropy stands in `vitrine.core.kernels.softmax`."""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.elementwise import sigmoid
from vitrine.core.kernels.matmul import wide_dot
from vitrine.core.kernels.workspace import ZERO, Workspace

Result = tuple[float, np.ndarray | None]


def _mean(values: np.ndarray) -> float:
    """The mean, summed in float64: several times faster than `mean` on a small batch."""
    return float(np.add.reduce(values, axis=None, dtype=np.float64)) / max(1, values.size)


def squared_error(y: np.ndarray, t: np.ndarray, scale: float, work: Workspace, need_grad: bool) -> Result:
    """scale * mean (y - t)^2 over all elements, and its gradient 2 scale (y - t) / size."""
    difference = work.buffer("grad", y.shape, y.dtype)
    np.subtract(y, t, difference)
    flat = difference.reshape(-1)
    value = scale * wide_dot(flat, flat) / max(1, flat.size)
    if not need_grad:
        return value, None
    difference *= 2 * scale / max(1, flat.size)
    return value, difference


def sigmoid_cross_entropy(z: np.ndarray, t: np.ndarray, work: Workspace, need_grad: bool) -> Result:
    """mean(max(z, 0) - z t + log(1 + exp(-|z|))) over all elements, and its gradient (sigmoid(z) - t) / size."""
    part = work.buffer("grad", z.shape, z.dtype)
    total = work.buffer("total", z.shape, z.dtype)
    np.absolute(z, part)
    np.negative(part, part)
    np.exp(part, part)
    np.log1p(part, total)
    np.maximum(z, ZERO[z.dtype.char], out=part)
    total += part
    np.multiply(z, t, part)
    total -= part
    value = _mean(total)
    if not need_grad:
        return value, None
    sigmoid(z, part)
    part -= t
    part *= 1 / max(1, z.size)
    return value, part


def absolute_error(y: np.ndarray, t: np.ndarray, work: Workspace, need_grad: bool) -> Result:
    """mean |y - t| over all elements, and its gradient sign(y - t) / size."""
    difference = work.buffer("grad", y.shape, y.dtype)
    size = work.buffer("total", y.shape, y.dtype)
    np.subtract(y, t, out=difference)
    np.abs(difference, out=size)
    value = _mean(size)
    if not need_grad:
        return value, None
    np.sign(difference, out=difference)
    difference *= 1 / max(1, y.size)
    return value, difference


def huber(y: np.ndarray, t: np.ndarray, delta: float, work: Workspace, need_grad: bool) -> Result:
    """mean h(y - t) with h(d) = c (d - c / 2), c = d cut to -delta and delta, and its gradient c / size."""
    cut = work.buffer("grad", y.shape, y.dtype)
    rest = work.buffer("total", y.shape, y.dtype)
    np.subtract(y, t, out=rest)
    np.clip(rest, -delta, delta, out=cut)
    rest -= 0.5 * cut
    value = wide_dot(cut.reshape(-1), rest.reshape(-1)) / max(1, y.size)
    if not need_grad:
        return value, None
    cut *= 1 / max(1, y.size)
    return value, cut


def margin(z: np.ndarray, t: np.ndarray, wanted: float, scale: float, work: Workspace, need_grad: bool) -> Result:
    """scale * sum max(0, wanted - t z), and its gradient -scale t where t z < wanted (or t z <= 0 with wanted 0: a perceptron
    that starts at zero must learn)."""
    short = work.buffer("grad", z.shape, z.dtype)
    missed = work.buffer("missed", z.shape, np.bool_)
    np.multiply(z, t, out=short)
    np.subtract(wanted, short, out=short)
    (np.greater if wanted else np.greater_equal)(short, 0, out=missed)
    np.maximum(short, 0, out=short)
    value = scale * float(short.sum(dtype=np.float64))
    if not need_grad:
        return value, None
    np.multiply(t, -scale, out=short)
    short *= missed
    return value, short
