"""Convolution over images."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.activations.base import Activation
from core.initializers.base import Initializer
from core.kernels.conv import Convolution, Give
from core.kernels.matmul import add_bias, bias_grad
from core.kernels.pooling import halves_masks, max_halves, max_halves_backward
from core.layers.base import Arrays, Context, Layer, Shape, activate, activate_backward, activation_params
from core.layers.windowing import image_windows
from core.params import Param
from core.regularizers.base import Regularizer
from core.spec import hp
from core.workspace import Workspace


class Conv2D(Layer):
    """y = f(x * W + b), with x (N, H, W, C), W (k, k, C, filters), b (filters), y (N, oh, ow, filters).

    oh = floor((H - k + 2p) / s) + 1; "same" gives ceil(H / s). Raises ShapeError for anything but images, and where
    the kernel is larger than the padded image. LeCun et al., 1989.
    """

    title: ClassVar[str] = "Conv2D"
    group: ClassVar[str] = "Convolution"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Slides small kernels over an image; each filter marks where its pattern occurs."
    formula: ClassVar[str] = "y = f(x * W + b), o = floor((i - f + 2p) / s) + 1"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"filters": 3},
        {"filters": 2, "kernel_size": 3, "padding": "same", "activation": "ReLU"},
        {"filters": 2, "kernel_size": 2, "padding": "same", "stride": 2, "activation": "ReLU"},
        {"filters": 3, "kernel_size": 2, "padding": 2, "stride": 3, "use_bias": False},
        {"filters": 3, "kernel_size": 2, "padding": 2},
        {"filters": 2, "kernel_size": 4, "padding": "same"},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 6, 2),)

    filters: int = hp(16, "Number of feature maps that come out", minimum=1, maximum=10_000)
    kernel_size: int = hp(3, "Height and width of the kernels", minimum=1, maximum=1000, unit="px")
    stride: int = hp(1, "Pixels from one window to the next", minimum=1, maximum=1000, unit="px")
    padding: int | str = hp(
        "valid", "Zeros around the image. valid: none; same: as many as keep its size (at stride 1); or a number for every side",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=1000,
    )  # fmt: skip
    activation: Activation = hp("Linear", "Function applied to every output", registry="activation")
    initializer: Initializer = hp("GlorotUniform", "First values of the kernels", registry="initializer", label="Initializer")
    use_bias: bool = hp(True, "Add a learnt constant to every map", label="Bias", advanced=True)
    bias_initializer: Initializer = hp("Zeros", "First values of the biases", registry="initializer", label="Bias initializer", advanced=True)
    regularizer: Regularizer = hp("NoPenalty", "Penalty on large weights of this layer alone", registry="regularizer", advanced=True)

    def output_shape(self, *shapes: Shape) -> Shape:
        rows, cols = image_windows(shapes[0], self.kernel_size, self.stride, self.padding, "kernel_size")
        return (rows.count, cols.count, self.filters)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        field, channels = self.kernel_size**2, shapes[0][2]
        shape = (self.kernel_size, self.kernel_size, channels, self.filters)
        params = {"W": Param(shape, self.initializer, field * channels, field * self.filters, is_weight=True)}
        if self.use_bias:
            params["b"] = Param((self.filters,), self.bias_initializer, field * channels, field * self.filters)
        return params | activation_params(self.activation, self.output_shape(*shapes))

    def multiply_adds(self, *shapes: Shape) -> int:
        rows, cols, filters = self.output_shape(*shapes)
        return rows * cols * filters * self.kernel_size**2 * shapes[0][2]

    def convolution(self, shape: Shape, ctx: Context) -> Convolution:
        """The work buffers for images of that shape, made at the first call."""
        made = ctx.saved.get("convolution")
        if made is None or ctx.saved["shape"] != shape:
            rows, cols = image_windows(shape, self.kernel_size, self.stride, self.padding, "kernel_size")
            made = ctx.saved["convolution"] = Convolution(rows, cols, shape[2], self.filters, ctx.dtype)
            ctx.saved["shape"] = shape
        return made

    # The product alone and what surrounds it are apart, so that `core.fusion` can put other work between them.
    def linear(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        """x * W + b."""
        x = ctx.saved["x"] = inputs[0]
        convolution = self.convolution(x.shape[1:], ctx)
        z = convolution.forward(x, params["W"], ctx.buffer("z", (len(x), *convolution.out_shape)))
        if self.use_bias:
            add_bias(z, params["b"], ctx)
        return z

    def linear_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return self._backward(params, grads, dz, lambda part, work: dz[part], ctx)

    def linear_pooled(self, params: Arrays, inputs: list[np.ndarray], size: tuple[int, int], ctx: Context) -> np.ndarray:
        """The largest of each 2 x 2 square of x * W + b, `size` squares, found while a chunk of x * W is in cache."""
        x = ctx.saved["x"] = inputs[0]
        convolution = self.convolution(x.shape[1:], ctx)
        shape = (len(x), *convolution.out_shape)
        pooled = ctx.buffer("pooled", (len(x), *size, self.filters))
        masks = ctx.saved["masks"] = halves_masks(ctx, shape, pooled.shape)

        def take(part: slice, z: np.ndarray, work: Workspace) -> None:
            max_halves(z, pooled[part], (masks[0][part], masks[1][part]), work)

        convolution.forward_parts(x, params["W"], take)
        if self.use_bias:
            add_bias(pooled, params["b"], ctx)
        return pooled

    def linear_pooled_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        convolution, (row_mask, column_mask) = ctx.saved["convolution"], ctx.saved["masks"]

        def give(part: slice, work: Workspace) -> np.ndarray:
            share = dz[part]
            whole = work.buffer("dz", (len(share), *convolution.out_shape))
            max_halves_backward(share, whole, (row_mask[part], column_mask[part]), work)
            return whole

        return self._backward(params, grads, dz, give, ctx)

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        return activate(self.activation, self.linear(params, inputs, ctx), params, ctx)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return self.linear_backward(params, grads, activate_backward(self.activation, dy, params, grads, ctx), ctx)

    def _backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, give: Give, ctx: Context) -> list[np.ndarray | None]:
        x = ctx.saved["x"]
        if self.use_bias:
            bias_grad(dz, grads["b"], ctx)
        dx = ctx.buffer("dx", x.shape) if ctx.needs_input_grad else None
        self.convolution(x.shape[1:], ctx).backward(x, give, params["W"], grads["W"], dx)
        return [dx]
