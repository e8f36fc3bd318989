"""Enlarging images by repetition."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.layers.windowing import check_rank
from vitrine.core.spec import hp


class UpSample2D(Layer):
    """y[i, j] = x[i // k, j // k]: x (N, H, W, C) to (N, k H, k W, C). Raises ShapeError for anything but images."""

    title: ClassVar[str] = "UpSample2D"
    group: ClassVar[str] = "Convolution"
    growing: ClassVar[tuple[str, ...]] = ("size",)
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Makes each pixel a square of equal pixels: the plain way for a decoder to enlarge."
    formula: ClassVar[str] = "y[i, j] = x[i // k, j // k]"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"size": 3}, {"size": 1})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((2, 3, 2),)

    size: int = hp(default=2, help="How many times larger both sides become", minimum=1, maximum=100, unit="times")

    def output_shape(self, *shapes: Shape) -> Shape:
        check_rank(shapes[0], 3, "an image (height × width × channels)")
        height, width, channels = shapes[0]
        return (height * self.size, width * self.size, channels)

    def calls(self, *shapes: Shape) -> int:
        return self.size**2

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        ctx.saved["shape"] = x.shape
        count, height, width, channels = x.shape
        y = ctx.buffer("y", (count, height, self.size, width, self.size, channels))
        np.copyto(y, x[:, :, None, :, None])
        return y.reshape(count, height * self.size, width * self.size, channels)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        count, height, width, channels = ctx.saved["shape"]
        squares = dy.reshape(count, height, self.size, width, self.size, channels)
        dx = ctx.buffer("dx", (count, height, width, channels))
        np.copyto(dx, squares[:, :, 0, :, 0])
        for i in range(self.size):
            for j in range(self.size):
                if i or j:
                    dx += squares[:, :, i, :, j]
        return [dx]
