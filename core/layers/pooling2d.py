"""What max and average pooling share: the windows they look through."""

from __future__ import annotations

from typing import ClassVar

from core.kernels.windows import Window
from core.layers.base import Layer, Shape
from core.layers.windowing import check_pool_padding, image_windows
from core.spec import hp


class Pooling2D(Layer, abstract=True):
    """One value a window and channel: x (N, H, W, C) to y (N, oh, ow, C), o = floor((i - f + 2p) / s) + 1.

    Raises ShapeError for anything but images, and for a pool larger than the image.
    """

    group: ClassVar[str] = "Convolution"
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 6, 2),)

    pool_size: int = hp(2, "Height and width of the windows", minimum=1, maximum=1000, unit="px")
    stride: int | None = hp(None, "Pixels from one window to the next; empty: the pool size", kind="int", minimum=1, maximum=1000, optional=True, unit="px")
    padding: int | str = hp(
        "valid", "Rows and columns around the image, which never count. valid: none; same: ceil(size / stride) come out; or a number",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=1000,
    )  # fmt: skip

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        check_pool_padding(self.pool_size, self.padding)
        return image_windows(shape, self.pool_size, self.stride or self.pool_size, self.padding, "pool_size")

    def output_shape(self, *shapes: Shape) -> Shape:
        rows, cols = self.windows(shapes[0])
        return (rows.count, cols.count, shapes[0][2])
