"""Global average pooling."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.errors import ShapeError
from vitrine.core.layers.base import Arrays, Context, Layer, Shape


class GlobalAveragePool(Layer):
    """y = mean of x over all positions: an image (N, H, W, C) or a sequence (N, T, C) to (N, C). Lin et al., 2014.

    Raises ShapeError for vectors, which have no positions.
    """

    title: ClassVar[str] = "GlobalAveragePool"
    group: ClassVar[str] = "Convolution"
    rank: ClassVar[int] = 22
    summary: ClassVar[str] = "The mean of each whole map: how strongly its pattern occurs, wherever it is."
    formula: ClassVar[str] = "y_c = mean over positions of x_c"
    affine: ClassVar[bool] = True
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2),)

    def output_shape(self, *shapes: Shape) -> Shape:
        if len(shapes[0]) < 2:
            raise ShapeError(f"takes an image or a sequence, got a vector of {shapes[0][0]}: put it before Flatten, or remove it")
        return (shapes[0][-1],)

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        ctx.saved["shape"] = x.shape
        y = ctx.buffer("y", (len(x), x.shape[-1]))
        np.mean(x.reshape(len(x), -1, x.shape[-1]), axis=1, out=y)
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        shape = ctx.saved["shape"]
        dx = ctx.buffer("dx", shape)
        flat = dx.reshape(shape[0], -1, shape[-1])
        dy /= flat.shape[1]
        np.copyto(flat, dy[:, None])
        return [dx]
