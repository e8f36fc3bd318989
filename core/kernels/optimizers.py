"""Optimizer updates over one flat block of parameters, in place; `g` serves as scratch space."""

from __future__ import annotations

import numpy as np


def momentum_update(w: np.ndarray, g: np.ndarray, v: np.ndarray, rate: float, momentum: float) -> None:
    """v <- momentum v + g; w <- w - rate v."""
    v *= momentum
    v += g
    np.multiply(v, rate, out=g)
    w -= g


def nesterov_update(w: np.ndarray, g: np.ndarray, v: np.ndarray, rate: float, momentum: float, scratch: np.ndarray) -> None:
    """v <- momentum v + g; w <- w - rate (g + momentum v)."""
    v *= momentum
    v += g
    np.multiply(v, momentum, out=scratch)
    g += scratch
    g *= rate
    w -= g


def scaled_update(w: np.ndarray, g: np.ndarray, s: np.ndarray, step: float, epsilon: float, scratch: np.ndarray) -> None:
    """w <- w - step g / (sqrt(s) + epsilon)."""
    np.sqrt(s, out=scratch)
    scratch += epsilon
    g /= scratch
    g *= step
    w -= g


def adam_update(
    w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, beta1: float, beta2: float, step: float, epsilon: float
) -> None:
    """m <- beta1 m + g; v <- beta2 v + g^2; w <- w - step m / (sqrt(v) + epsilon).

    The factors 1 - beta and the bias corrections are the same for every parameter: they are in `step` and `epsilon`.
    """
    m *= beta1
    m += g
    v *= beta2
    g *= g
    v += g
    np.sqrt(v, out=g)
    g += epsilon
    np.divide(m, g, out=g)
    g *= step
    w -= g


def running_mean(m: np.ndarray, g: np.ndarray, keep: float, scratch: np.ndarray) -> None:
    """m <- keep m + (1 - keep) g."""
    np.multiply(g, 1 - keep, out=scratch)
    m *= keep
    m += scratch


def mean_square(s: np.ndarray, g: np.ndarray, keep: float, scratch: np.ndarray) -> None:
    """s <- keep s + (1 - keep) g^2."""
    np.multiply(g, g, out=scratch)
    scratch *= 1 - keep
    s *= keep
    s += scratch
