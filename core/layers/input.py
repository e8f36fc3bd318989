"""Where the data enters."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape


class Input(Layer):
    """y = x: one example of the dataset as it comes from preprocessing. Its shape is the data's."""

    group: ClassVar[str] = "Core"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Where the data enters the network; its shape is that of one example."
    formula: ClassVar[str] = "y = x"
    inputs: ClassVar[tuple[int, int | None]] = (0, 0)

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return 0  # the batch itself

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        return inputs[0]

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [dy]
