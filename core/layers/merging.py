"""What the layers with several inputs share."""

from __future__ import annotations

from math import prod

from vitrine.core.errors import ShapeError
from vitrine.core.layers.base import Shape, turned_into


def shape_text(shape: Shape) -> str:
    """(28, 28, 1) as "28 × 28 × 1"."""
    return " × ".join(map(str, shape)) or "one number"


def check_same_shape(verb: str, shapes: tuple[Shape, ...]) -> Shape:
    """The one shape of all inputs. Raises ShapeError, offering Flatten where that alone makes them equal."""
    for shape in shapes[1:]:
        if shape != shapes[0]:
            text = f"{verb} inputs of one shape, got {' and '.join(map(shape_text, shapes))}"
            if len({prod(s) for s in shapes}) == 1:
                raise ShapeError(text, turned_into("vector"))
            raise ShapeError(f"{text}: give the layers before it the same number of units or filters")
    return shapes[0]
