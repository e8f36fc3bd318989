"""Max pooling over images."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.kernels.pooling import Halving, halves, halves_masks, max_windows, max_windows_backward
from vitrine.core.layers.base import Arrays, Context, Shape
from vitrine.core.layers.pooling2d import Pooling2D


class MaxPool2D(Pooling2D):
    """y = the largest x under each window, with x (N, H, W, C), y (N, oh, ow, C), o = floor((i - k + 2p) / s) + 1.

    Padding never wins. The gradient goes to the place of the maximum. Raises ShapeError for anything but images,
    and for a pool larger than the image.
    """

    title: ClassVar[str] = "MaxPool2D"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Keeps the strongest value of each small square: a smaller image that shifts matter less to."
    formula: ClassVar[str] = "y = max of each window, o = floor((i - k + 2p) / s) + 1"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {},
        {"padding": "same"},
        {"pool_size": 3, "stride": 1},
        {"pool_size": 3, "stride": 2, "padding": 1},
        {"pool_size": 2, "stride": 3, "padding": "same"},
    )

    def halves(self, shape: Shape) -> bool:
        return halves(*self.windows(shape))

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        rows, cols = self.windows(x.shape[1:])
        y = ctx.buffer("y", (len(x), rows.count, cols.count, x.shape[3]))
        ctx.saved["windows"] = rows, cols, x.shape
        if halves(rows, cols):
            ctx.saved["masks"] = masks = halves_masks(ctx, x.shape, y.shape)
            halving = ctx.saved.get("halving") or ctx.saved.setdefault("halving", Halving(ctx.dtype))
            halving.forward(x, y, masks)
        else:
            kind = np.uint8 if self.pool_size < 16 else np.int32
            index = ctx.saved["index"] = ctx.buffer("index", y.shape, kind)
            max_windows(x, rows, cols, y, ctx, index)
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        rows, cols, shape = ctx.saved["windows"]
        dx = ctx.buffer("dx", shape)
        if halves(rows, cols):
            ctx.saved["halving"].backward(dy, dx, ctx.saved["masks"])
        else:
            max_windows_backward(dy, ctx.saved["index"], rows, cols, dx, ctx)
        return [dx]
