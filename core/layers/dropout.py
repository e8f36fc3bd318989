"""Dropout."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.kernels.noise import drop, keep_mask
from core.layers.base import Arrays, Context, Layer, Shape
from core.spec import hp


class Dropout(Layer):
    """y = x m / (1 - rate) in training, m = 0 with probability `rate` and else 1, for each value; y = x in prediction.

    x of any shape. Srivastava et al., 2014.
    """

    group: ClassVar[str] = "Regularization"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Silences random units in training, so that no unit relies on another; all work in prediction."
    formula: ClassVar[str] = "y = x m / (1 - rate), m ~ Bernoulli(1 - rate)"
    random: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"rate": 0.0}, {"rate": 0.3})

    rate: float = hp(0.5, "Share of the values set to zero", minimum=0.0, maximum=0.99, step=0.05)

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def mask_shape(self, shape: Shape) -> Shape:
        """The shape, with the batch, of what is drawn for an input of that shape."""
        return shape

    def active(self, ctx: Context) -> bool:
        return ctx.training and self.rate > 0

    def draw(self, shape: Shape, ctx: Context) -> np.ndarray:
        """The values to keep (True) of an input of that shape, batch included, from the context's generator."""
        assert ctx.rng is not None, "dropout needs the context's generator in training"
        return keep_mask(ctx.rng, self.mask_shape(shape), self.rate, ctx)

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        if not self.active(ctx):
            ctx.saved["mask"] = None
            return x
        mask = ctx.saved["mask"] = self.draw(x.shape, ctx)
        return drop(x, mask, self.rate, ctx.buffer("y", x.shape))

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        mask = ctx.saved["mask"]
        return [dy if mask is None else drop(dy, mask, self.rate, dy)]
