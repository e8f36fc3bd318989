"""Convolution over images."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.initializers.param import Param
from vitrine.core.kernels.conv import Convolution, Give, forward_values, gradient_values
from vitrine.core.kernels.matmul import add_bias, bias_grad
from vitrine.core.kernels.pooling import halves_masks, max_halves, max_halves_backward
from vitrine.core.kernels.windows import Window
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Arrays, Context, Shape, activate, activate_backward, activation_params
from vitrine.core.layers.convolving import Convolving
from vitrine.core.layers.windowing import image_windows


class Conv2D(Convolving):
    """y = f(x * W + b), with x (N, H, W, C), W (k, k, C, filters), b (filters), y (N, oh, ow, filters).

    oh = floor((H - k + 2p) / s) + 1; "same" gives ceil(H / s). Raises ShapeError for anything but images, and where
    the kernel is larger than the padded image. LeCun et al., 1989.
    """

    title: ClassVar[str] = "Conv2D"
    growing: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Slides small kernels over an image; each filter marks where its pattern occurs."
    formula: ClassVar[str] = "y = f(x * W + b), o = floor((i - k + 2p) / s) + 1"
    affine: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    pools_first: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"filters": 3},
        {"filters": 2, "kernel_size": 3, "padding": "same", "activation": "ReLU"},
        {"filters": 2, "kernel_size": 2, "padding": "same", "stride": 2, "activation": "ReLU"},
        {"filters": 3, "kernel_size": 2, "padding": 2, "stride": 3, "use_bias": False},
        {"filters": 3, "kernel_size": 2, "padding": 2},
        {"filters": 2, "kernel_size": 4, "padding": "same"},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 6, 2),)

    def output_shape(self, *shapes: Shape) -> Shape:
        rows, cols = self.windows(shapes[0])
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

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """Windows over rows and columns of images of this shape. Raises ShapeError where none fits."""
        return image_windows(shape, self.kernel_size, self.stride, self.padding, "kernel_size")

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return super().forward_values(batch, *shapes) + forward_values(*self.windows(shapes[0]), shapes[0][2], self.filters, batch)

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        own = gradient_values(*self.windows(shapes[0]), shapes[0][2], self.filters, batch, needs_input_grad)
        return own + super().backward_values(batch, *shapes, needs_input_grad=needs_input_grad)

    def calls(self, *shapes: Shape) -> int:
        return self.kernel_size**2 if self.stride > 1 else 1  # the gradients of strided windows are scattered one by one

    def convolution(self, shape: Shape, ctx: Context) -> Convolution:
        """The work buffers for images of that shape, made at the first call."""
        made = ctx.saved.get("convolution")
        if made is None or ctx.saved["shape"] != shape:
            made = ctx.saved["convolution"] = Convolution(*self.windows(shape), shape[2], self.filters, ctx.dtype)
            ctx.saved["shape"] = shape
        return made

    # The product alone and what surrounds it are apart, so that `vitrine.core.network.fusion` can put other work between them.
    def linear(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        """x * W + b."""
        x = ctx.saved["x"] = inputs[0]
        convolution = self.convolution(x.shape[1:], ctx)
        z = convolution.forward(x, params["W"], ctx.buffer("z", (len(x), *convolution.out_shape)))
        if self.use_bias:
            add_bias(z, params["b"], ctx)
        return z

    def linear_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        """dL/dx and the gradients of the parameters from dz = dL/dz, z being the output before the activation."""
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
        """The same from the gradient of the pooled z."""
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
