"""Layer normalization."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import ShapeError
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.normalize import layer_norm, layer_norm_backward
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, turned_into
from vitrine.core.spec import hp


class LayerNorm(Layer):
    """y = gamma (x - mean) / sqrt(var + epsilon) + beta, mean and variance over the last axis of each example.

    The same in training and prediction, and for every batch size. Ba, Kiros and Hinton, 2016.
    """

    title: ClassVar[str] = "Layer normalization"
    group: ClassVar[str] = "Normalization"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Brings each example's own features to mean 0 and variance 1; suits small batches and sequences."
    formula: ClassVar[str] = "y = γ (x - μ) / √(σ² + ε) + β"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"epsilon": 0.1})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 6),)

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

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return 2 * super().forward_values(batch, *shapes)  # with the normalized values

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        flat = x.reshape(-1, x.shape[-1])
        normal, y = ctx.buffer("normal", flat.shape), ctx.buffer("y", x.shape)
        inverse = layer_norm(flat, self.epsilon, params["gamma"], params["beta"], normal, y.reshape(flat.shape), ctx)
        ctx.saved.update(normal=normal, inverse=inverse)
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        normal = ctx.saved["normal"]
        flat = np.ascontiguousarray(dy).reshape(normal.shape)
        layer_norm_backward(flat, normal, ctx.saved["inverse"], params["gamma"], grads["gamma"], grads["beta"], ctx)
        return [flat.reshape(dy.shape)]
