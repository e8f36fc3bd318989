"""The input features of the TensorFlow Playground."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import Hint, ShapeError
from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.spec import FieldProblem, hp


class PlaygroundFeatures(Layer):
    """y = the chosen of (x1, x2, x1^2, x2^2, x1 x2, sin x1, sin x2), in this order, for points x (N, 2).

    After the TensorFlow Playground (Smilkov et al., 2017). Raises ShapeError for anything but points in the plane.
    """

    title: ClassVar[str] = "Playground features"
    group: ClassVar[str] = "Features"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Squares, product and sines of two coordinates: with the right ones, one unit solves the circle."
    formula: ClassVar[str] = "y ⊆ (x1, x2, x1², x2², x1·x2, sin x1, sin x2)"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {},
        {"square1": True, "square2": True, "product": True, "sine1": True, "sine2": True},
        {"x1": False, "x2": False, "product": True},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((2,),)

    x1: bool = hp(default=True, help="The first coordinate", label="x1")
    x2: bool = hp(default=True, help="The second coordinate", label="x2")
    square1: bool = hp(default=False, help="The first coordinate squared", label="x1²")
    square2: bool = hp(default=False, help="The second coordinate squared", label="x2²")
    product: bool = hp(default=False, help="The product of both", label="x1·x2")
    sine1: bool = hp(default=False, help="The sine of the first coordinate", label="sin x1")
    sine2: bool = hp(default=False, help="The sine of the second coordinate", label="sin x2")

    def _chosen(self) -> list[str]:
        return [f.name for f in self.fields() if getattr(self, f.name)]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Labels of the output's features, in order."""
        return tuple(self.field(name).label for name in self._chosen())

    def problems(self) -> list[FieldProblem]:
        found = super().problems()
        if not found and not self._chosen():
            found.append(FieldProblem("x1", "x1", "can't be off like all the others: choose at least one feature"))
        return found

    def output_shape(self, *shapes: Shape) -> Shape:
        if shapes[0] != (2,):
            text = f"takes points with two coordinates, got {' × '.join(map(str, shapes[0])) or 'one number'}: remove it or change the data"
            raise ShapeError(text, Hint("remove", "Remove it"))
        return (len(self._chosen()),)

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        a, b = inputs[0][:, 0], inputs[0][:, 1]
        ctx.saved["points"] = (a, b)
        chosen = self._chosen()
        y = ctx.buffer("y", (len(a), len(chosen)))
        for column, name in enumerate(chosen):
            y[:, column] = _VALUES[name](a, b)
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        if not ctx.needs_input_grad:
            return [None]
        a, b = ctx.saved["points"]
        dx = ctx.zeros("dx", (len(a), 2))
        for column, name in enumerate(self._chosen()):
            for axis, slope in _SLOPES[name](a, b):
                dx[:, axis] += dy[:, column] * slope
        return [dx]


_VALUES: dict[str, Any] = {
    "x1": lambda a, b: a,
    "x2": lambda a, b: b,
    "square1": lambda a, b: a * a,
    "square2": lambda a, b: b * b,
    "product": lambda a, b: a * b,
    "sine1": lambda a, b: np.sin(a),
    "sine2": lambda a, b: np.sin(b),
}
_SLOPES: dict[str, Any] = {  # (coordinate, derivative) pairs
    "x1": lambda a, b: ((0, 1.0),),
    "x2": lambda a, b: ((1, 1.0),),
    "square1": lambda a, b: ((0, 2 * a),),
    "square2": lambda a, b: ((1, 2 * b),),
    "product": lambda a, b: ((0, b), (1, a)),
    "sine1": lambda a, b: ((0, np.cos(a)),),
    "sine2": lambda a, b: ((1, np.cos(b)),),
}
