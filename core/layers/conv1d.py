"""Convolution over sequences."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.initializers.param import Param
from vitrine.core.kernels.conv import Convolution, forward_values, gradient_values
from vitrine.core.kernels.matmul import add_bias, bias_grad
from vitrine.core.kernels.windows import Window, window
from vitrine.core.layers.base import Arrays, Context, Shape, activate, activate_backward, activation_params
from vitrine.core.layers.convolving import Convolving
from vitrine.core.layers.windowing import check_fit, check_rank
from vitrine.core.spec import hp


class Conv1D(Convolving):
    """y = f(x * W + b) along time, with x (N, T, F), W (k, F, filters), b (filters), y (N, o, filters).

    o = floor((T - k + 2p) / s) + 1; "same" gives ceil(T / s). Raises ShapeError for anything but sequences, and where
    the kernel is longer than the padded sequence. Waibel et al., 1989.
    """

    title: ClassVar[str] = "Conv1D"
    growing: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Slides short kernels along a sequence; each filter marks when its pattern occurs."
    formula: ClassVar[str] = "y = f(x * W + b), o = floor((i - k + 2p) / s) + 1"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"filters": 3},
        {"filters": 2, "padding": "same", "activation": "ReLU"},
        {"filters": 2, "kernel_size": 2, "padding": 1, "stride": 2, "use_bias": False},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((6, 4),)

    filters: int = hp(default=16, help="Number of features that come out", minimum=1, maximum=10_000)
    kernel_size: int = hp(default=3, help="Length of the kernels", minimum=1, maximum=100_000, unit="steps")
    stride: int = hp(default=1, help="Steps from one window to the next", minimum=1, maximum=100_000, unit="steps")
    padding: int | str = hp(
        default="valid", help="Zeros before and after the sequence. valid: none; same: as many as keep its length (at stride 1); or a number for either end",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=100_000,
    )  # fmt: skip
    use_bias: bool = hp(default=True, help="Add a learnt constant to every feature", label="Bias", advanced=True)

    def steps(self, shape: Shape) -> Window:
        """The windows along time."""
        check_rank(shape, 2, "a sequence (steps × features)")
        axis = window(shape[0], self.kernel_size, self.stride, self.padding)
        check_fit((axis,), shape, "kernel_size")
        return axis

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.steps(shapes[0]).count, self.filters)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        size, features = self.kernel_size, shapes[0][1]
        params = {"W": Param((size, features, self.filters), self.initializer, size * features, size * self.filters, is_weight=True)}
        if self.use_bias:
            params["b"] = Param((self.filters,), self.bias_initializer, size * features, size * self.filters)
        return params | activation_params(self.activation, self.output_shape(*shapes))

    def multiply_adds(self, *shapes: Shape) -> int:
        return self.output_shape(*shapes)[0] * self.filters * self.kernel_size * shapes[0][1]

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        own = forward_values(Window(1, 1, 1), self.steps(shapes[0]), shapes[0][1], self.filters, batch)
        return own + super().forward_values(batch, *shapes)

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        own = gradient_values(Window(1, 1, 1), self.steps(shapes[0]), shapes[0][1], self.filters, batch, needs_input_grad)
        return own + super().backward_values(batch, *shapes, needs_input_grad=needs_input_grad)

    def calls(self, *shapes: Shape) -> int:
        return self.kernel_size if self.stride > 1 else 1

    def convolution(self, shape: Shape, ctx: Context) -> Convolution:
        """The work buffers for sequences of that shape, taken as images of one row."""
        made = ctx.saved.get("convolution")
        if made is None or ctx.saved["shape"] != shape:
            made = ctx.saved["convolution"] = Convolution(Window(1, 1, 1), self.steps(shape), shape[1], self.filters, ctx.dtype)
            ctx.saved["shape"] = shape
        return made

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = ctx.saved["x"] = inputs[0]
        convolution = self.convolution(x.shape[1:], ctx)
        z = ctx.buffer("z", (len(x), convolution.cols.count, self.filters))
        convolution.forward(x[:, None], params["W"][None], z[:, None])
        if self.use_bias:
            add_bias(z, params["b"], ctx)
        return activate(self.activation, z, params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        dz = activate_backward(self.activation, dy, params, grads, ctx)
        x = ctx.saved["x"]
        if self.use_bias:
            bias_grad(dz, grads["b"], ctx)
        dx = ctx.buffer("dx", x.shape) if ctx.needs_input_grad else None
        self.convolution(x.shape[1:], ctx).backward(
            x[:, None], lambda part, work: dz[part, None], params["W"][None], grads["W"][None], None if dx is None else dx[:, None]
        )
        return [dx]
