"""The fully connected layer."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.errors import ShapeError
from vitrine.core.initializers.base import Initializer
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.matmul import affine, affine_backward
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, activate, activate_backward, activation_params, turned_into
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.spec import hp


class Dense(Layer):
    """y = f(x W + b), with x (N, F) or a sequence (N, T, F), W (F, units), b (units).

    On a sequence the same weights serve every time step. Raises ShapeError for images: flatten them first.
    """

    width_field: ClassVar[str] = "units"
    group: ClassVar[str] = "Core"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Every unit sees every input. The workhorse: hidden layers and the output."
    formula: ClassVar[str] = "y = f(x W + b)"
    affine: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {},
        {"units": 3, "activation": "ReLU"},
        {"use_bias": False},
        {"bias_initializer": "Normal"},
    )

    units: int = hp(default=64, help="Number of outputs", minimum=1, maximum=100_000)
    activation: Activation = hp(default="Linear", help="Function applied to every output", registry="activation")
    initializer: Initializer = hp(default="GlorotUniform", help="First values of the weights", registry="initializer", label="Initializer")
    use_bias: bool = hp(default=True, help="Add a learnt constant to every output", label="Bias", advanced=True)
    bias_initializer: Initializer = hp(
        default="Zeros", help="First values of the biases", registry="initializer", label="Bias initializer", advanced=True
    )
    regularizer: Regularizer = hp(
        default="NoPenalty", help="Penalty on large weights of this layer alone", registry="regularizer", advanced=True
    )

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) not in (1, 2):
            text = f"takes a vector, got {' × '.join(map(str, shape))}"
            raise ShapeError(text, turned_into("vector"))
        return (*shape[:-1], self.units)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        fan_in = shapes[0][-1]
        params = {"W": Param((fan_in, self.units), self.initializer, fan_in, self.units, is_weight=True)}
        if self.use_bias:
            params["b"] = Param((self.units,), self.bias_initializer, fan_in, self.units)
        return params | activation_params(self.activation, self.output_shape(*shapes))

    def multiply_adds(self, *shapes: Shape) -> int:
        steps = shapes[0][0] if len(shapes[0]) == 2 else 1
        return steps * shapes[0][-1] * self.units

    def gradient_factors(self, inputs: list[np.ndarray], grads: Arrays) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """dE/dW_ij = x_i dE/dz_j and dE/db_j = 1 dE/dz_j, for a vector x. Without biases and with every x_i zero nobody knows dE/dz."""
        (x,) = inputs
        if x.ndim != 1:
            return {}
        if "b" in grads:
            return {"W": (x[:, None], grads["b"][None]), "b": (np.ones(1, x.dtype), grads["b"])}
        largest = int(np.abs(x).argmax())
        return {"W": (x[:, None], grads["W"][largest][None] / x[largest])} if x[largest] else {}

    def linear(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        """x W + b."""
        x = ctx.saved["x"] = inputs[0]
        return affine(x, params["W"], params.get("b"), ctx.buffer("z", (*x.shape[:-1], self.units)))

    def linear_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        """dx = dz W', dW = x' dz, db = sum(dz), from dz = dL/dz, z being the output before the activation."""
        x = ctx.saved["x"]
        dx = ctx.buffer("dx", x.shape) if ctx.needs_input_grad else None
        affine_backward(x, params["W"], dz, grads["W"], grads.get("b"), dx, ctx)
        return [dx]

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        return activate(self.activation, self.linear(params, inputs, ctx), params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return self.linear_backward(params, grads, activate_backward(self.activation, dy, params, grads, ctx), ctx)
