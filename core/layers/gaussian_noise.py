"""Additive noise."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.spec import hp


class GaussianNoise(Layer):
    """y = x + n in training, n ~ N(0, deviation^2) for each value; y = x in prediction. x of any shape. Bishop, 1995."""

    title: ClassVar[str] = "Gaussian noise"
    group: ClassVar[str] = "Regularization"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Blurs its input with fresh noise in training: more data, of a kind, and smoother functions."
    formula: ClassVar[str] = "y = x + n, n ~ N(0, s^2)"
    affine: ClassVar[bool] = True
    random: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"deviation": 0.5})

    deviation: float = hp(default=0.1, help="Standard deviation of the noise", minimum=0.0, maximum=1e6, step=0.05)

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # in place

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        if not ctx.training or self.deviation == 0:
            return x
        assert ctx.rng is not None, "noise needs the context's generator in training"
        y = ctx.buffer("y", x.shape)
        ctx.rng.standard_normal(dtype=y.dtype, out=y)
        y *= self.deviation
        y += x
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [dy]
