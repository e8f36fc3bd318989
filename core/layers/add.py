"""The sum of several branches."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.layers.merging import check_same_shape


class Add(Layer):
    """y = x_1 + x_2 + ..., all of one shape. The skip connection of residual networks: He et al., 2015.

    Raises ShapeError where the shapes differ.
    """

    group: ClassVar[str] = "Merge"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Sums its inputs. With a skip connection, gradients find a short way back: a residual network."
    formula: ClassVar[str] = "y = x1 + x2 + …"
    inputs: ClassVar[tuple[int, int | None]] = (2, None)
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2), (3, 4, 2), (3, 4, 2))

    def output_shape(self, *shapes: Shape) -> Shape:
        return check_same_shape("adds", shapes)

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # the same for every input

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        ctx.saved["count"] = len(inputs)
        y = ctx.buffer("y", inputs[0].shape)
        np.add(inputs[0], inputs[1], out=y)
        for x in inputs[2:]:
            y += x
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [dy] * ctx.saved["count"]
