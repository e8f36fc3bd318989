"""Batch normalization."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import ShapeError
from vitrine.core.initializers.param import Param, State
from vitrine.core.kernels.normalize import batch_norm_backward, batch_norm_sums, column_moments, scale_and_shift
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, turned_into
from vitrine.core.spec import hp


class BatchNorm(Layer):
    """y = gamma (x - mean) / sqrt(var + epsilon) + beta, for each feature of the last axis (channels of an image).

    Training takes mean and variance of the batch (over all other axes) and moves the running ones:
    moving = momentum moving + (1 - momentum) batch, with the unbiased variance. Prediction takes the running ones.
    Ioffe and Szegedy, 2015.
    """

    title: ClassVar[str] = "Batch normalization"
    group: ClassVar[str] = "Normalization"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Keeps every feature near mean 0 and variance 1 over the batch: deep nets learn faster."
    formula: ClassVar[str] = "y = γ (x - μ) / √(σ² + ε) + β"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"momentum": 0.5, "epsilon": 0.1})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2),)

    momentum: float = hp(
        default=0.9, help="Share of the running mean and variance that every step keeps", minimum=0.0, maximum=1.0, step=0.01
    )
    epsilon: float = hp(
        default=1e-5, help="Added to the variance, against division by zero", minimum=0.0, exclusive=True, scale="log", advanced=True
    )

    def output_shape(self, *shapes: Shape) -> Shape:
        if not shapes[0]:
            raise ShapeError("takes at least one feature, got one bare number", turned_into("vector"))
        return shapes[0]

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        extent = shapes[0][-1:]
        return {"gamma": Param(extent, start=1.0), "beta": Param(extent)}

    def state_shapes(self, *shapes: Shape) -> dict[str, State]:
        extent = shapes[0][-1:]
        return {"moving_mean": State(extent), "moving_variance": State(extent, 1.0)}

    def fewest_examples(self, *shapes: Shape) -> int:
        """Two values of every feature: one has no variance."""
        return 2 if prod(shapes[0][:-1]) < 2 else 1

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        flat = x.reshape(-1, x.shape[-1])
        if ctx.training:
            mean, variance = column_moments(flat, ctx)
            if len(flat) > 1:  # the variance of a single value says nothing
                self._move(ctx.state, mean, variance, len(flat))
        else:
            mean, variance = ctx.state["moving_mean"].copy(), ctx.state["moving_variance"]
        inverse = 1 / np.sqrt(variance + x.dtype.type(self.epsilon))
        ctx.saved.update(x=flat, mean=mean, inverse=inverse, batch=ctx.training)
        y = ctx.buffer("y", x.shape)
        scale_and_shift(flat, mean, params["gamma"] * inverse, params["beta"], y.reshape(flat.shape), ctx)
        return y

    def _move(self, state: Arrays, mean: np.ndarray, variance: np.ndarray, count: int) -> None:
        unbiased = variance * variance.dtype.type(count / (count - 1))
        for name, value in (("moving_mean", mean), ("moving_variance", unbiased)):
            state[name] *= state[name].dtype.type(self.momentum)
            state[name] += value * value.dtype.type(1 - self.momentum)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        x, mean, inverse = ctx.saved["x"], ctx.saved["mean"], ctx.saved["inverse"]
        flat = np.ascontiguousarray(dy).reshape(x.shape)
        batch_norm_sums(flat, x, mean, inverse, grads["gamma"], grads["beta"], ctx)
        if not ctx.needs_input_grad:
            return [None]
        if ctx.saved["batch"]:
            batch_norm_backward(flat, x, mean, inverse, params["gamma"], grads["gamma"], grads["beta"], ctx)
        else:
            flat *= params["gamma"] * inverse
        return [flat.reshape(dy.shape)]
