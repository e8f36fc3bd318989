"""Sliding windows along one axis: the arithmetic of convolution and pooling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Windows of `size` every `stride` over `extent` values with `before` and `after` more of padding."""

    extent: int
    size: int
    stride: int
    before: int = 0
    after: int = 0

    @property
    def padded(self) -> int:
        """Extent with its padding."""
        return self.extent + self.before + self.after

    @property
    def count(self) -> int:
        """o = floor((i - k + 2p) / s) + 1; zero or less where no window fits."""
        return (self.padded - self.size) // self.stride + 1


def window(extent: int, size: int, stride: int, padding: int | str) -> Window:
    """The windows for padding "valid" (none), "same" (o = ceil(i / s)) or that many on either side.

    For "same" an odd one out goes to the end, as in TensorFlow.
    """
    if padding == "valid":
        return Window(extent, size, stride)
    if isinstance(padding, str):
        total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
        return Window(extent, size, stride, total // 2, total - total // 2)
    return Window(extent, size, stride, padding, padding)


def spread_window(extent: int, size: int, stride: int, padding: int | str) -> Window:
    """The windows whose positions are `extent` in number: what a transposed convolution runs backwards.

    Their own extent is (i - 1) s + k - 2p, or i s for "same".
    """
    full = (extent - 1) * stride + size
    if padding == "valid":
        return Window(full, size, stride)
    if isinstance(padding, str):
        return window(extent * stride, size, stride, "same")
    return Window(full - 2 * padding, size, stride, padding, padding)
