"""Several branches side by side."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import ShapeError
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, turned_into
from vitrine.core.layers.merging import shape_text


class Concatenate(Layer):
    """y = [x_1, x_2, ...] along the last axis: features of vectors and sequences, channels of images.

    Raises ShapeError where the other axes differ.
    """

    group: ClassVar[str] = "Merge"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Puts its inputs side by side: the features of vectors, the channels of images."
    formula: ClassVar[str] = "y = [x1, x2, …]"
    inputs: ClassVar[tuple[int, int | None]] = (2, None)
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 2), (3, 4, 1), (3, 4, 3))

    def output_shape(self, *shapes: Shape) -> Shape:
        first = shapes[0]
        if not all(shapes) or any(s[:-1] != first[:-1] or len(s) != len(first) for s in shapes):
            text = f"joins inputs along the last axis and the others must agree, got {' and '.join(map(shape_text, shapes))}"
            raise ShapeError(text, turned_into("vector"))
        return (*first[:-1], sum(s[-1] for s in shapes))

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # views

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        sizes = [x.shape[-1] for x in inputs]
        ctx.saved["sizes"] = sizes
        y = ctx.buffer("y", (*inputs[0].shape[:-1], sum(sizes)))
        return np.concatenate(inputs, axis=-1, out=y)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        results: list[np.ndarray | None] = []
        start = 0
        for size in ctx.saved["sizes"]:
            results.append(dy[..., start : start + size])
            start += size
        return results
