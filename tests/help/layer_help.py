"""Running one layer by itself: what the tests of layers share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer


@dataclass
class Run:
    """One forward and backward pass of a layer, with the random numbers that went in."""

    params: Arrays
    grads: Arrays
    y: np.ndarray
    dy: np.ndarray
    dx: np.ndarray | None
    ctx: Context


def make_params(layer: Layer, shape: tuple[int, ...], dtype: type = np.float64, seed: int = 1) -> Arrays:
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(param.shape).astype(dtype) for name, param in layer.param_shapes(shape).items()}


def run_layer(layer: Layer, x: np.ndarray, training: bool = True, seed: int = 1) -> Run:
    """Forward, then backward from a random output gradient."""
    ctx = Context(x.dtype)
    ctx.training, ctx.rng = training, np.random.default_rng(seed)
    params = make_params(layer, x.shape[1:], x.dtype.type, seed)
    grads = {name: np.full_like(array, np.nan) for name, array in params.items()}
    y = layer.forward(params, [x], ctx).copy()
    dy = np.random.default_rng(seed + 1).standard_normal(y.shape).astype(x.dtype)
    (dx,) = layer.backward(params, grads, dy.copy(), ctx)
    return Run(params, grads, y, dy, dx, ctx)


def numeric_gradients(layer: Layer, x: np.ndarray, run: Run, step: float = 1e-6) -> Arrays:
    """Central differences of sum(y dy) for the input ("x") and every parameter, in float64."""

    def value() -> float:
        ctx = Context(np.float64)
        ctx.training, ctx.rng = run.ctx.training, np.random.default_rng(1)
        return float((layer.forward(run.params, [x], ctx) * run.dy).sum())

    found = {}
    for name, array in {"x": x, **run.params}.items():
        slope = np.empty_like(array)
        for at in np.ndindex(array.shape):
            kept = array[at]
            array[at] = kept + step
            high = value()
            array[at] = kept - step
            slope[at] = (high - value()) / (2 * step)
            array[at] = kept
        found[name] = slope
    return found
