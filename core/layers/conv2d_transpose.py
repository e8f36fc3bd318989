"""Transposed convolution over images."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import Hint, ShapeError
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.conv import Convolution, forward_values, gradient_values
from vitrine.core.kernels.matmul import add_bias, bias_grad
from vitrine.core.kernels.windows import Window, spread_window
from vitrine.core.layers.base import Arrays, Context, Shape, activate, activate_backward, activation_params
from vitrine.core.layers.convolving import Convolving
from vitrine.core.layers.windowing import check_rank
from vitrine.core.spec import hp


class Conv2DTranspose(Convolving):
    """y = f(x *' W + b), the convolution with W run backwards: x (N, H, W, C), W (k, k, filters, C), y (N, oh, ow, filters).

    oh = (H - 1) s + k - 2p; "same" gives H s. Raises ShapeError for anything but images, and where the padding eats
    the whole output. Zeiler et al., 2010.
    """

    title: ClassVar[str] = "Conv2DTranspose"
    growing: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "stride")
    rank: ClassVar[int] = 12
    summary: ClassVar[str] = "Paints each input value as a small pattern onto a larger image: how decoders learn to enlarge."
    formula: ClassVar[str] = "y = f(x *' W + b), o = (i - 1) s + k - 2p"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"filters": 3},
        {"filters": 2, "padding": "same", "stride": 2, "activation": "ReLU"},
        {"filters": 2, "kernel_size": 2, "stride": 2, "use_bias": False},
        {"filters": 2, "kernel_size": 3, "padding": 1, "stride": 1},
        {"filters": 2, "kernel_size": 2, "padding": "same", "stride": 3},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2),)

    stride: int = hp(default=1, help="Pixels of output from one input value to the next", minimum=1, maximum=1000, unit="px")
    padding: int | str = hp(
        default="valid", help="Pixels cut off around the output. valid: none; same: what leaves stride times the input's size; or a number for every side",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=1000,
    )  # fmt: skip

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """The windows over the output, one for each value of the input."""
        check_rank(shape, 3, "an image (height × width × channels)")
        rows, cols = (spread_window(extent, self.kernel_size, self.stride, self.padding) for extent in shape[:2])
        if min(rows.extent, cols.extent) < 1:
            message = f"a padding of {self.padding} cuts off the whole output"
            raise ShapeError(message, Hint("set_field", "Set padding to 0", "padding", 0), "padding")
        return rows, cols

    def output_shape(self, *shapes: Shape) -> Shape:
        rows, cols = self.windows(shapes[0])
        return (rows.extent, cols.extent, self.filters)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        field, channels = self.kernel_size**2, shapes[0][2]
        shape = (self.kernel_size, self.kernel_size, self.filters, channels)
        params = {"W": Param(shape, self.initializer, field * channels, field * self.filters, is_weight=True)}
        if self.use_bias:
            params["b"] = Param((self.filters,), self.bias_initializer, field * channels, field * self.filters)
        return params | activation_params(self.activation, self.output_shape(*shapes))

    def multiply_adds(self, *shapes: Shape) -> int:
        height, width, channels = shapes[0]
        return height * width * channels * self.kernel_size**2 * self.filters

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        own = gradient_values(*self.windows(shapes[0]), self.filters, shapes[0][2], batch, True)
        return own + super().forward_values(batch, *shapes)

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        own = forward_values(*self.windows(shapes[0]), self.filters, shapes[0][2], batch)
        return own + super().backward_values(batch, *shapes, needs_input_grad=needs_input_grad)

    def calls(self, *shapes: Shape) -> int:
        return self.kernel_size**2 if self.stride > 1 else 1

    def convolution(self, shape: Shape, ctx: Context) -> Convolution:
        """The convolution from output to input that this layer runs backwards."""
        made = ctx.saved.get("convolution")
        if made is None or ctx.saved["shape"] != shape:
            made = ctx.saved["convolution"] = Convolution(*self.windows(shape), self.filters, shape[2], ctx.dtype)
            ctx.saved["shape"] = shape
        return made

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = ctx.saved["x"] = inputs[0]
        convolution = self.convolution(x.shape[1:], ctx)
        z = ctx.buffer("z", (len(x), convolution.rows.extent, convolution.cols.extent, self.filters))
        convolution.input_grad(x, params["W"], z)
        if self.use_bias:
            add_bias(z, params["b"], ctx)
        return activate(self.activation, z, params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        dz = activate_backward(self.activation, dy, params, grads, ctx)
        x = ctx.saved["x"]
        if self.use_bias:
            bias_grad(dz, grads["b"], ctx)
        convolution = self.convolution(x.shape[1:], ctx)
        convolution.backward(dz, lambda part, work: x[part], params["W"], grads["W"], None)
        return [convolution.forward(dz, params["W"], ctx.buffer("dx", x.shape)) if ctx.needs_input_grad else None]
