"""From an image or a sequence to one vector."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape


class Flatten(Layer):
    """y = x as one vector, (N, H, W, C) to (N, H * W * C); nothing is computed."""

    group: ClassVar[str] = "Shape"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Lays an image or a sequence out as one vector, for a Dense layer to take."
    formula: ClassVar[str] = "y = vec(x)"
    affine: ClassVar[bool] = True
    gives: ClassVar[str] = "vector"
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2),)

    def output_shape(self, *shapes: Shape) -> Shape:
        count = 1
        for extent in shapes[0]:
            count *= extent
        return (count,)

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return 0  # the same memory

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        ctx.saved["shape"] = x.shape
        return x.reshape(len(x), -1)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [dy.reshape(ctx.saved["shape"])]
