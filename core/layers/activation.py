"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.activations.base import Activation as Function
from core.kernels.pooling import Halving, halves_masks
from core.layers.base import Arrays, Context, Layer, Shape, activate, activate_backward, activation_params
from core.params import Param
from core.spec import hp


class Activation(Layer):
    """y = f(x), f any activation, with x of any shape."""

    group: ClassVar[str] = "Core"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "A function applied to every value: the bend that makes depth worth something."
    formula: ClassVar[str] = "y = f(x)"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"activation": "Tanh"})

    activation: Function = hp("ReLU", "The function", registry="activation")

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        return activation_params(self.activation, shapes[0])

    # For `core.fusion`: the largest of each 2 x 2 square, to be activated where pooling follows and f never falls.
    def linear_pooled(self, params: Arrays, inputs: list[np.ndarray], size: tuple[int, int], ctx: Context) -> np.ndarray:
        x = inputs[0]
        pooled = ctx.buffer("pooled", (len(x), *size, x.shape[3]))
        ctx.saved["masks"], ctx.saved["shape"] = halves_masks(ctx, x.shape, pooled.shape), x.shape
        halving = ctx.saved.get("halving") or ctx.saved.setdefault("halving", Halving(ctx.dtype))
        halving.forward(x, pooled, ctx.saved["masks"])
        return pooled

    def linear_pooled_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        dx = ctx.buffer("dx", ctx.saved["shape"])
        ctx.saved["halving"].backward(dz, dx, ctx.saved["masks"])
        return [dx]

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        z = ctx.buffer("z", inputs[0].shape)
        np.copyto(z, inputs[0])
        return activate(self.activation, z, params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [activate_backward(self.activation, dy, params, grads, ctx)]
