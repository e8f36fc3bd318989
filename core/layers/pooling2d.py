"""What max and average pooling share: the windows they look through."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from vitrine.core.kernels.pooling import halves
from vitrine.core.kernels.windows import Window
from vitrine.core.layers.base import Layer, Shape
from vitrine.core.layers.windowing import check_pool_padding, image_windows
from vitrine.core.spec import hp


class Pooling2D(Layer, abstract=True):
    """One value a window and channel: x (N, H, W, C) to y (N, oh, ow, C), o = floor((i - k + 2p) / s) + 1.

    Raises ShapeError for anything but images, and for a pool larger than the image.
    """

    group: ClassVar[str] = "Convolution"
    growing: ClassVar[tuple[str, ...]] = ("pool_size",)
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 6, 2),)

    pool_size: int = hp(default=2, help="Height and width of the windows", minimum=1, maximum=1000, unit="px")
    stride: int | None = hp(
        default=None,
        help="Pixels from one window to the next; empty: the pool size",
        kind="int",
        minimum=1,
        maximum=1000,
        optional=True,
        unit="px",
    )
    padding: int | str = hp(
        default="valid", help="Rows and columns around the image, which never count. valid: none; same: ceil(size / stride) come out; or a number",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=1000,
    )  # fmt: skip

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """Windows over rows and columns of images of this shape. Raises ShapeError where none fits."""
        check_pool_padding(self.pool_size, self.padding)
        return image_windows(shape, self.pool_size, self.stride or self.pool_size, self.padding, "pool_size")

    def output_shape(self, *shapes: Shape) -> Shape:
        rows, cols = self.windows(shapes[0])
        return (rows.count, cols.count, shapes[0][2])

    def _framed(self, shape: Shape) -> int:
        """Values of an image with its padding, where there is any."""
        rows, cols = self.windows(shape)
        return rows.padded * cols.padded * shape[2] if (rows.padded, cols.padded) != shape[:2] else 0

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        output = super().forward_values(batch, *shapes)
        return output + output // 2 + batch * self._framed(shapes[0])  # with what tells where the maxima stood

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        own = super().backward_values(batch, *shapes, needs_input_grad=needs_input_grad)
        return own + batch * (self._framed(shapes[0]) + prod(self.output_shape(*shapes))) if needs_input_grad else 0

    def calls(self, *shapes: Shape) -> int:
        return 1 if halves(*self.windows(shapes[0])) else self.pool_size**2
