"""Dropout of whole feature maps."""

from __future__ import annotations

from typing import Any, ClassVar

from vitrine.core.errors import Hint, ShapeError
from vitrine.core.layers.base import Shape
from vitrine.core.layers.dropout import Dropout


class SpatialDropout(Dropout):
    """y = x m / (1 - rate) in training, one m for each map of an image (N, H, W, C) or each feature of a sequence (N, T, F).

    y = x in prediction. Raises ShapeError for vectors, for which Dropout does the same. Tompson et al., 2015.
    """

    title: ClassVar[str] = "Spatial dropout"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Silences whole maps in training: single pixels would be given away by their neighbors."
    formula: ClassVar[str] = "y = x m / (1 - rate), one m ~ Bernoulli(1 - rate) a map"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"rate": 0.3})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 4, 5),)

    def output_shape(self, *shapes: Shape) -> Shape:
        if len(shapes[0]) < 2:
            raise ShapeError(f"takes an image or a sequence, got a vector of {shapes[0][0]}: use Dropout", Hint("remove", "Remove it"))
        return shapes[0]

    def mask_shape(self, shape: Shape) -> Shape:
        return (shape[0], *(1 for _ in shape[1:-1]), shape[-1])
