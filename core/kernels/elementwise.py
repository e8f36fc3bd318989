"""Elementwise primitives: activations with their masks."""

from __future__ import annotations

import numpy as np

from core.workspace import Workspace


def relu(z: np.ndarray, out: np.ndarray, work: Workspace) -> np.ndarray:
    """max(z, 0) into `out`. Two arrays: `maximum` against a scalar is four times slower."""
    zero = work.buffer("relu_zero", z.shape, z.dtype)
    zero.fill(0)
    return np.maximum(z, zero, out=out)


def relu_backward(dy: np.ndarray, y: np.ndarray, work: Workspace) -> np.ndarray:
    """dy where y is positive, else 0, in place."""
    mask = work.buffer("relu_mask", y.shape, np.bool_)
    np.greater(y, 0, out=mask)
    dy *= mask
    return dy


def leaky_relu(z: np.ndarray, out: np.ndarray, alpha: float, work: Workspace) -> np.ndarray:
    """max(z, alpha z) into `out`, for alpha from 0 to 1."""
    scaled = work.buffer("leaky_scaled", z.shape, z.dtype)
    np.multiply(z, alpha, out=scaled)
    return np.maximum(z, scaled, out=out)


def leaky_relu_backward(dy: np.ndarray, y: np.ndarray, alpha: float, work: Workspace) -> np.ndarray:
    """dy where y is positive, else alpha dy, in place: dy (alpha + (1 - alpha) [y > 0])."""
    mask = work.buffer("leaky_mask", y.shape, np.bool_)
    slope = work.buffer("leaky_scaled", y.shape, dy.dtype)
    np.greater(y, 0, out=mask)
    np.multiply(mask, slope.dtype.type(1 - alpha), out=slope)
    slope += alpha
    dy *= slope
    return dy


def sigmoid(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z)) as tanh(z / 2) / 2 + 1 / 2, into `out` (which may be z): no overflow, and faster than exp."""
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


def sigmoid_backward(dy: np.ndarray, y: np.ndarray, work: Workspace) -> np.ndarray:
    """dy y (1 - y), in place."""
    slope = work.buffer("sigmoid_slope", y.shape, y.dtype)
    np.subtract(1, y, out=slope)
    slope *= y
    dy *= slope
    return dy


def tanh_backward(dy: np.ndarray, y: np.ndarray, work: Workspace) -> np.ndarray:
    """dy (1 - y^2), in place."""
    slope = work.buffer("tanh_slope", y.shape, y.dtype)
    np.multiply(y, y, out=slope)
    np.subtract(1, slope, out=slope)
    dy *= slope
    return dy
