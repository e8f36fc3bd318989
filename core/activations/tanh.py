"""The hyperbolic tangent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.activations.base import Activation
from core.kernels.elementwise import tanh_backward

if TYPE_CHECKING:
    from core.layers.base import Context


class Tanh(Activation):
    """y = tanh(z); dz = dy (1 - y^2). LeCun and others, Efficient BackProp, 1998."""

    title: ClassVar[str] = "tanh"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Squeezes any value into -1 to 1, with mean zero: easier to train through than the sigmoid."
    formula: ClassVar[str] = "f(z) = tanh(z)"

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return np.tanh(z, out=out)

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
