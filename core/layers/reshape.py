"""The same values under another shape."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import Hint, ShapeError
from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.spec import FieldProblem, hp

MOST_AXES = 8


class Reshape(Layer):
    """y = x under `target_shape`, values in the order they have (last axis fastest); one axis may be -1: what is left.

    Raises ShapeError where the number of values differs.
    """

    group: ClassVar[str] = "Shape"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Gives the values another shape: a vector becomes an image or a sequence."
    formula: ClassVar[str] = "y = x, reshaped"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"target_shape": (2, -1)}, {"target_shape": (2, 3, 4)})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((4, 6),)

    target_shape: tuple[int, ...] = hp(
        default=(-1,),
        help="The new shape without the batch; -1 for at most one axis: what is left",
        minimum=-1,
        maximum=1_000_000_000,
    )

    def problems(self) -> list[FieldProblem]:
        found = super().problems()
        if found:
            return found
        label = self.field("target_shape").label
        if not self.target_shape:
            found.append(FieldProblem("target_shape", label, "needs at least one axis"))
        elif len(self.target_shape) > MOST_AXES:
            found.append(FieldProblem("target_shape", label, f"can have at most {MOST_AXES} axes, not {len(self.target_shape)}"))
        elif 0 in self.target_shape:
            found.append(FieldProblem("target_shape", label, "can't hold a 0: every axis needs at least 1"))
        elif self.target_shape.count(-1) > 1:
            found.append(FieldProblem("target_shape", label, "can hold -1 once only: one axis takes what is left"))
        return found

    def output_shape(self, *shapes: Shape) -> Shape:
        count = prod(shapes[0])
        known = prod(extent for extent in self.target_shape if extent != -1)
        open_axis = -1 in self.target_shape
        if count % known if open_axis else count != known:
            wanted = " × ".join("?" if e == -1 else str(e) for e in self.target_shape) or "one number"
            text = f"{count} values ({' × '.join(map(str, shapes[0])) or 'one number'}) don't make {wanted}"
            hint = Hint("set_field", "Let the first axis take what is left", "target_shape", self._opened(count))
            raise ShapeError(text, hint, "target_shape")
        return tuple(count // known if extent == -1 else extent for extent in self.target_shape)

    def _opened(self, count: int) -> tuple[int, ...]:
        """The target with its first axis open, or one vector where that does not help either."""
        rest = self.target_shape[1:]
        return (-1, *rest) if rest and -1 not in rest and count % prod(rest) == 0 else (-1,)

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return 0  # the same memory

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        ctx.saved["shape"] = x.shape
        return x.reshape(len(x), *self.output_shape(x.shape[1:]))

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [dy.reshape(ctx.saved["shape"])]
