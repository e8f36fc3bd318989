"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.activations.base import Activation as Function
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

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        z = ctx.buffer("z", inputs[0].shape)
        np.copyto(z, inputs[0])
        return activate(self.activation, z, params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [activate_backward(self.activation, dy, params, grads, ctx)]
