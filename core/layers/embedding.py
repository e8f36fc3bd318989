"""Learnt vectors for tokens."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import DataError, ShapeError
from vitrine.core.initializers.base import Initializer
from vitrine.core.initializers.param import Param
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, turned_into
from vitrine.core.spec import hp


class Embedding(Layer):
    """y_t = E[x_t]: row x_t of the table E (vocabulary, dimensions), for token indices x (N, T), as floats; y (N, T, dimensions).

    Indices are rounded to the nearest whole number; they have no gradient. Raises ShapeError for anything but one
    index a time step, DataError in `forward` for an index outside the vocabulary. Bengio et al., 2003.
    """

    group: ClassVar[str] = "Recurrent"
    growing: ClassVar[tuple[str, ...]] = ("vocabulary", "dimensions")
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Looks up a learnt vector for every token index: words or letters become points in space."
    formula: ClassVar[str] = "y_t = E[x_t]"
    gives: ClassVar[str] = "sequence"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"vocabulary": 7, "dimensions": 3}, {"vocabulary": 2, "dimensions": 1})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5,),)

    vocabulary: int = hp(default=1000, help="Number of different tokens; indices run from 0 to one less", minimum=1, maximum=1_000_000)
    dimensions: int = hp(default=16, help="Length of a token's vector", minimum=1, maximum=10_000)
    initializer: Initializer = hp(default="GlorotUniform", help="First values of the vectors", registry="initializer")

    def example_inputs(self, shapes: tuple[Shape, ...], batch: int, rng: np.random.Generator) -> list[np.ndarray]:
        return [rng.integers(0, self.vocabulary, (batch, *shapes[0])).astype(np.float64)]

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 1:
            text = f"takes one token index a time step, got {' × '.join(map(str, shape)) or 'one number'}"
            raise ShapeError(text, turned_into("vector"))
        return (shape[0], self.dimensions)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        shape = (self.vocabulary, self.dimensions)
        return {"E": Param(shape, self.initializer, self.vocabulary, self.dimensions, is_weight=True)}

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return super().forward_values(batch, *shapes) + 3 * batch * shapes[0][0]  # indices in 64 bits

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # tokens have no gradient

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        index = ctx.buffer("index", x.shape, np.int64)
        bad = ~((x > -0.5) & (x < self.vocabulary - 0.5))  # also true for NaN
        if bad.any():
            token = float(x[bad][0])
            remedy = "raise Vocabulary" if self.vocabulary <= token < math.inf else "it takes whole numbers, unscaled"
            raise DataError(f"token {token:g} is outside the vocabulary of {self.vocabulary} (0 to {self.vocabulary - 1}): {remedy}")
        index[...] = np.rint(x)
        ctx.saved["index"] = index
        return np.take(params["E"], index, axis=0, out=ctx.buffer("y", (*x.shape, self.dimensions)), mode="clip")

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        grads["E"].fill(0)
        np.add.at(grads["E"], ctx.saved["index"].reshape(-1), dy.reshape(-1, self.dimensions))
        return [None]
