"""Average pooling over images."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.kernels.pooling import mean_windows, mean_windows_backward, window_counts
from vitrine.core.layers.base import Arrays, Context
from vitrine.core.layers.pooling2d import Pooling2D


class AveragePool2D(Pooling2D):
    """y = mean x under each window, with x (N, H, W, C), y (N, oh, ow, C), o = floor((i - k + 2p) / s) + 1.

    Padding does not count towards the mean. Raises ShapeError for anything but images, and for a pool larger than
    the image. LeCun et al., 1989.
    """

    title: ClassVar[str] = "AveragePool2D"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Takes the mean of each small square: a smaller, smoother image."
    formula: ClassVar[str] = "y = mean of each window, o = floor((i - k + 2p) / s) + 1"
    affine: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {},
        {"padding": "same"},
        {"pool_size": 3, "stride": 1},
        {"pool_size": 3, "stride": 2, "padding": 1},
    )

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        if ctx.saved.get("shape") != x.shape[1:]:
            rows, cols = self.windows(x.shape[1:])
            ctx.saved.update(shape=x.shape[1:], windows=(rows, cols), counts=window_counts(rows, cols, ctx.dtype))
        rows, cols = ctx.saved["windows"]
        y = ctx.buffer("y", (len(x), rows.count, cols.count, x.shape[3]))
        mean_windows(x, rows, cols, ctx.saved["counts"], y, ctx)
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        rows, cols = ctx.saved["windows"]
        dx = ctx.buffer("dx", (len(dy), *ctx.saved["shape"]))
        mean_windows_backward(dy, rows, cols, ctx.saved["counts"], dx, ctx)
        return [dx]
