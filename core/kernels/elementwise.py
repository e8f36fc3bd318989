"""Elementwise primitives: activations with their masks."""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.workspace import HALF, ONE, Workspace


def relu(z: np.ndarray, out: np.ndarray, work: Workspace) -> np.ndarray:
    """max(z, 0) into `out`. Two arrays: `maximum` against a scalar is four times slower."""
    np.maximum(z, work.constant("relu_zero", z.shape, 0, z.dtype), out=out)
    return out


def relu_backward(dy: np.ndarray, y: np.ndarray, work: Workspace) -> np.ndarray:
    """dy where y is positive, else 0, in place."""
    mask = work.buffer("relu_mask", y.shape, np.bool_)
    np.greater(y, 0, out=mask)
    dy *= mask
    return dy


def relu_dropout(z: np.ndarray, mask: np.ndarray, rate: float, work: Workspace) -> np.ndarray:
    """max(z, 0) mask / (1 - rate), in place. What comes out is positive just where the gradient passes."""
    relu(z, z, work)
    z *= mask
    z *= 1.0 / (1.0 - rate)
    return z


def relu_dropout_backward(dy: np.ndarray, y: np.ndarray, rate: float, work: Workspace) -> np.ndarray:
    """dy / (1 - rate) where y is positive, else 0, in place: one mask for both."""
    relu_backward(dy, y, work)
    dy *= 1.0 / (1.0 - rate)
    return dy


def leaky_relu(z: np.ndarray, out: np.ndarray, alpha: float, work: Workspace) -> np.ndarray:
    """max(z, alpha z) into `out`, for alpha from 0 to 1."""
    scaled = work.buffer("leaky_scaled", z.shape, z.dtype)
    np.multiply(z, alpha, out=scaled)
    np.maximum(z, scaled, out=out)
    return out


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
    half = HALF[z.dtype.char]
    np.multiply(z, half, out)
    np.tanh(out, out)
    out *= half
    out += half
    return out


def sigmoid_backward(dy: np.ndarray, y: np.ndarray, work: Workspace) -> np.ndarray:
    """dy y (1 - y), in place."""
    slope = work.buffer("sigmoid_slope", y.shape, y.dtype)
    np.subtract(ONE[y.dtype.char], y, slope)
    slope *= y
    dy *= slope
    return dy


def tanh_backward(dy: np.ndarray, y: np.ndarray, work: Workspace) -> np.ndarray:
    """dy (1 - y^2), in place."""
    slope = work.buffer("tanh_slope", y.shape, y.dtype)
    np.multiply(y, y, slope)
    np.subtract(ONE[y.dtype.char], slope, slope)
    dy *= slope
    return dy


def elu(z: np.ndarray, out: np.ndarray, alpha: float, scale: float, work: Workspace) -> np.ndarray:
    """scale (z where z > 0, else alpha (exp(z) - 1)), into `out` (which may be z)."""
    below = work.buffer("elu_below", z.shape, z.dtype)
    np.minimum(z, 0, out=below)
    np.expm1(below, out=below)
    below *= alpha
    np.maximum(z, 0, out=out)
    out += below
    if scale != 1:
        out *= scale
    return out


def elu_backward(dy: np.ndarray, y: np.ndarray, alpha: float, scale: float, work: Workspace) -> np.ndarray:
    """dy scale where y > 0, else dy (y + scale alpha), in place."""
    slope = work.buffer("elu_below", y.shape, y.dtype)
    np.minimum(y, 0, out=slope)
    slope += scale * alpha
    if alpha != 1:  # masks by products: `where=` is ten times slower
        rest = work.buffer("elu_rest", y.shape, y.dtype)
        np.greater(y, 0, out=rest)
        rest *= scale * (1 - alpha)
        slope += rest
    dy *= slope
    return dy


def erf(z: np.ndarray, out: np.ndarray, work: Workspace) -> np.ndarray:
    """2 / sqrt(pi) times the integral of exp(-t^2) from 0 to z, into `out`.

    In float32 by formula 7.1.26 of Abramowitz and Stegun (off by at most 1.5e-7, the rounding of float32), ten times
    faster than SciPy, which serves other types.
    """
    if z.dtype != np.float32:
        from scipy.special import erf as exact

        exact(z, out=out)
        return out
    t = work.buffer("erf_t", z.shape, z.dtype)
    tail = work.buffer("erf_tail", z.shape, z.dtype)
    np.abs(z, out=t)
    t *= 0.3275911
    t += 1
    np.divide(1, t, out=t)
    np.multiply(t, 1.061405429, out=tail)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += coefficient
        tail *= t
    np.multiply(z, z, out=t)
    np.negative(t, out=t)
    np.exp(t, out=t)
    tail *= t
    np.subtract(1, tail, out=tail)
    np.copysign(tail, z, out=out)
    return out
