"""What layers with sliding windows share: the shapes they take, and the errors that say how to mend a misfit."""

from __future__ import annotations

from vitrine.core.errors import Hint, ShapeError
from vitrine.core.kernels.windows import Window, window
from vitrine.core.layers.base import Shape


def text(shape: Shape) -> str:
    """(28, 28, 1) as "28 × 28 × 1"."""
    return " × ".join(map(str, shape))


def check_rank(shape: Shape, rank: int, wanted: str) -> None:
    """Raises ShapeError unless the shape has that many axes."""
    if len(shape) == rank:
        return
    hint = None
    if len(shape) == 1 and rank == 3:
        advice = ": put the layer before Flatten, or turn the vector into an image with Reshape"
    elif len(shape) == 3 and rank == 2:
        advice = ": for images there are the layers whose names end in 2D"
    else:
        advice = ""
    raise ShapeError(f"takes {wanted}, got {text(shape)}{advice}", hint)


def image_windows(shape: Shape, size: int, stride: int, padding: int | str, size_field: str) -> tuple[Window, Window]:
    """The windows along height and width. Raises ShapeError where none fits."""
    check_rank(shape, 3, "an image (height × width × channels)")
    rows, cols = (window(extent, size, stride, padding) for extent in shape[:2])
    check_fit((rows, cols), shape, size_field)
    return rows, cols


def check_fit(axes: tuple[Window, ...], shape: Shape, size_field: str) -> None:
    """Raises ShapeError where the window is larger than what it slides over, or the stride leaps over all of it."""
    extents = tuple(axis.extent for axis in axes)
    least = min(axis.padded for axis in axes)
    size, stride = axes[0].size, axes[0].stride
    if size > least:
        padded = "" if axes[0].padded == axes[0].extent else " even with its padding"
        label = size_field.replace("_", " ")
        message = f"a {label} of {size} is larger than the {text(extents)} input{padded}: at most {least} fits"
        raise ShapeError(message, Hint("set_field", f"Set {label} to {least}", size_field, least), size_field)
    if stride > least and stride > size:
        message = f"a stride of {stride} leaps over the whole {text(extents)} input: use at most {least}"
        raise ShapeError(message, Hint("set_field", f"Set stride to {size}", "stride", size), "stride")


def check_pool_padding(size: int, padding: int | str) -> None:
    """Raises ShapeError where a window could lie wholly on padding, which has no maximum and no mean."""
    if not isinstance(padding, str) and padding >= size:
        message = f"a padding of {padding} must be smaller than the pool size of {size}: some windows would hold no pixel"
        raise ShapeError(message, Hint("set_field", f"Set padding to {size - 1}", "padding", size - 1), "padding")
