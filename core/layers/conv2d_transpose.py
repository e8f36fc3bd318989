"""Transposed convolution over images."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.activations.base import Activation
from core.errors import Hint, ShapeError
from core.initializers.base import Initializer
from core.kernels.conv import Convolution
from core.kernels.matmul import add_bias, bias_grad
from core.kernels.windows import Window, spread_window
from core.layers.base import Arrays, Context, Layer, Shape, activate, activate_backward, activation_params
from core.layers.windowing import check_rank
from core.params import Param
from core.regularizers.base import Regularizer
from core.spec import hp


class Conv2DTranspose(Layer):
    """y = f(x *' W + b), the convolution with W run backwards: x (N, H, W, C), W (k, k, filters, C), y (N, oh, ow, filters).

    oh = (H - 1) s + k - 2p; "same" gives H s. Raises ShapeError for anything but images, and where the padding eats
    the whole output. Zeiler et al., 2010.
    """

    title: ClassVar[str] = "Conv2DTranspose"
    group: ClassVar[str] = "Convolution"
    rank: ClassVar[int] = 12
    summary: ClassVar[str] = "Paints each input value as a small pattern onto a larger image: how decoders learn to enlarge."
    formula: ClassVar[str] = "y = f(x *' W + b), o = (i - 1) s + f - 2p"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"filters": 3},
        {"filters": 2, "padding": "same", "stride": 2, "activation": "ReLU"},
        {"filters": 2, "kernel_size": 2, "stride": 2, "use_bias": False},
        {"filters": 2, "kernel_size": 3, "padding": 1, "stride": 1},
        {"filters": 2, "kernel_size": 2, "padding": "same", "stride": 3},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2),)

    filters: int = hp(16, "Number of feature maps that come out", minimum=1, maximum=10_000)
    kernel_size: int = hp(3, "Height and width of the kernels", minimum=1, maximum=1000, unit="px")
    stride: int = hp(1, "Pixels of output from one input value to the next", minimum=1, maximum=1000, unit="px")
    padding: int | str = hp(
        "valid", "Pixels cut off around the output. valid: none; same: what leaves stride times the input's size; or a number for every side",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=1000,
    )  # fmt: skip
    activation: Activation = hp("Linear", "Function applied to every output", registry="activation")
    initializer: Initializer = hp("GlorotUniform", "First values of the kernels", registry="initializer", label="Initializer")
    use_bias: bool = hp(True, "Add a learnt constant to every map", label="Bias", advanced=True)
    bias_initializer: Initializer = hp("Zeros", "First values of the biases", registry="initializer", label="Bias initializer", advanced=True)
    regularizer: Regularizer = hp("NoPenalty", "Penalty on large weights of this layer alone", registry="regularizer", advanced=True)

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
