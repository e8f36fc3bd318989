"""Losses over whole batches with their gradients; softmax with cross entropy stands in `core.kernels.softmax`."""

from __future__ import annotations

import numpy as np

from core.kernels.elementwise import sigmoid
from core.workspace import Workspace

Result = tuple[float, np.ndarray | None]


def squared_error(y: np.ndarray, t: np.ndarray, scale: float, work: Workspace, need_grad: bool) -> Result:
    """scale * mean (y - t)^2 over all elements, and its gradient 2 scale (y - t) / size."""
    difference = work.buffer("grad", y.shape, y.dtype)
    np.subtract(y, t, out=difference)
    flat = difference.reshape(-1)
    value = scale * float(np.dot(flat, flat)) / max(1, flat.size)
    if not need_grad:
        return value, None
    difference *= 2 * scale / max(1, flat.size)
    return value, difference


def sigmoid_cross_entropy(z: np.ndarray, t: np.ndarray, work: Workspace, need_grad: bool) -> Result:
    """mean(max(z, 0) - z t + log(1 + exp(-|z|))) over all elements, and its gradient (sigmoid(z) - t) / size."""
    part = work.buffer("grad", z.shape, z.dtype)
    total = work.buffer("total", z.shape, z.dtype)
    np.abs(z, out=part)
    np.negative(part, out=part)
    np.exp(part, out=part)
    np.log1p(part, out=total)
    np.maximum(z, 0, out=part)
    total += part
    np.multiply(z, t, out=part)
    total -= part
    value = float(total.mean(dtype=np.float64))
    if not need_grad:
        return value, None
    sigmoid(z, part)
    part -= t
    part *= 1 / max(1, z.size)
    return value, part
