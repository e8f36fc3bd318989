"""The hyperbolic tangent."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import tanh_backward
from vitrine.core.kernels.workspace import ONE


class Tanh(Activation):
    """y = tanh(z); dz = dy (1 - y^2). LeCun and others, Efficient BackProp, 1998."""

    title: ClassVar[str] = "tanh"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Squeezes any value into -1 to 1, with mean zero: easier to train through than the sigmoid."
    formula: ClassVar[str] = "f(z) = tanh(z)"
    rising: ClassVar[bool] = True
    sloped: ClassVar[bool] = True
    by_tanh: ClassVar[tuple[float, float, float] | None] = (1.0, 1.0, 0.0)

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        np.tanh(z, out)
        return out

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        return tanh_backward(dy, y, ctx)

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        np.multiply(y, y, out)
        np.subtract(ONE[y.dtype.char], out, out)
