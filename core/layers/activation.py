"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.activations.base import Activation as Function
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.pooling import Halving, halves_masks
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, activate, activate_backward, activation_params
from vitrine.core.spec import hp


class Activation(Layer):
    """y = f(x), f any activation, with x of any shape."""

    group: ClassVar[str] = "Core"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "A function applied to every value: the bend that makes depth worth something."
    formula: ClassVar[str] = "y = f(x)"
    affine: ClassVar[bool] = True
    pools_first: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"activation": "Tanh"})

    activation: Function = hp(default="ReLU", help="The function", registry="activation")

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        return activation_params(self.activation, shapes[0])

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # in place

    def linear_pooled(self, params: Arrays, inputs: list[np.ndarray], size: tuple[int, int], ctx: Context) -> np.ndarray:
        """The input (N, H, W, C), pooled to `size`: what the function is applied to where it comes after a MaxPool2D."""
        x = inputs[0]
        pooled = ctx.buffer("pooled", (len(x), *size, x.shape[3]))
        ctx.saved["masks"], ctx.saved["shape"] = halves_masks(ctx, x.shape, pooled.shape), x.shape
        halving = ctx.saved.get("halving") or ctx.saved.setdefault("halving", Halving(ctx.dtype))
        halving.forward(x, pooled, ctx.saved["masks"])
        return pooled

    def linear_pooled_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        """dL/dinput from dL/dpooled."""
        dx = ctx.buffer("dx", ctx.saved["shape"])
        ctx.saved["halving"].backward(dz, dx, ctx.saved["masks"])
        return [dx]

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        z = ctx.buffer("z", inputs[0].shape)
        np.copyto(z, inputs[0])
        return activate(self.activation, z, params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [activate_backward(self.activation, dy, params, grads, ctx)]
