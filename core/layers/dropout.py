"""Dropout."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.kernels.noise import drop, keep_mask
from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.spec import hp


class Dropout(Layer):
    """y = x m / (1 - rate) in training, m = 0 with probability `rate` and else 1, for each value; y = x in prediction.

    x of any shape. Srivastava et al., 2014.
    """

    group: ClassVar[str] = "Regularization"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Silences random units in training, so that no unit relies on another; all work in prediction."
    formula: ClassVar[str] = "y = x m / (1 - rate), m ~ Bernoulli(1 - rate)"
    affine: ClassVar[bool] = True
    random: ClassVar[bool] = True
    drops: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"rate": 0.0}, {"rate": 0.3})

    rate: float = hp(default=0.5, help="Share of the values set to zero", minimum=0.0, maximum=0.99, step=0.05)

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def mask_shape(self, shape: Shape) -> Shape:
        """The shape, with the batch, of what is drawn for an input of that shape."""
        return shape

    def mask(self, shape: Shape, ctx: Context) -> tuple[np.ndarray, float] | None:
        if not ctx.training or self.rate <= 0:
            return None
        assert ctx.rng is not None, "dropout needs the context's generator in training"
        return keep_mask(ctx.rng, self.mask_shape(shape), self.rate, ctx), self.rate

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return 2 * super().forward_values(batch, *shapes) if self.rate > 0 else 0  # random bits and a mask

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # in place

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        found = ctx.saved["mask"] = self.mask(x.shape, ctx)
        return x if found is None else drop(x, *found, ctx.buffer("y", x.shape))

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        found: tuple[np.ndarray, float] | None = ctx.saved["mask"]
        return [dy if found is None else drop(dy, *found, dy)]
