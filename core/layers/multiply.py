"""The product of several branches."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.layers.merging import check_same_shape


class Multiply(Layer):
    """y = x_1 * x_2 * ..., value by value, all of one shape; dL/dx_i = dL/dy times the product of the others.

    Raises ShapeError where the shapes differ.
    """

    group: ClassVar[str] = "Merge"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Multiplies its inputs value by value: a gate, where one branch decides what passes of another."
    formula: ClassVar[str] = "y = x1 · x2 · …"
    inputs: ClassVar[tuple[int, int | None]] = (2, None)
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 4), (5, 4), (5, 4))

    def output_shape(self, *shapes: Shape) -> Shape:
        return check_same_shape("multiplies", shapes)

    def multiply_adds(self, *shapes: Shape) -> int:
        return (len(shapes) - 1) * int(np.prod(shapes[0]))

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        ctx.saved["inputs"] = list(inputs)
        y = ctx.buffer("y", inputs[0].shape)
        np.multiply(inputs[0], inputs[1], out=y)
        for x in inputs[2:]:
            y *= x
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        inputs = ctx.saved["inputs"]
        results: list[np.ndarray | None] = []
        for i in range(len(inputs)):
            dx = ctx.buffer(f"dx{i}", dy.shape)
            np.copyto(dx, dy)
            for other in (*inputs[:i], *inputs[i + 1 :]):  # not y / x_i: x_i may be 0
                dx *= other
            results.append(dx)
        return results
