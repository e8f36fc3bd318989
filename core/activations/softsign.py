"""A slower tanh."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context


class Softsign(Activation):
    """y = z / (1 + |z|); dz = dy (1 - |y|)^2. Bergstra and others, 2009."""

    title: ClassVar[str] = "softsign"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Like tanh from -1 to 1, but it saturates gently."
    formula: ClassVar[str] = "f(z) = z / (1 + |z|)"
    rising: ClassVar[bool] = True

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        size = ctx.buffer("softsign", z.shape, z.dtype)
        np.abs(z, out=size)
        size += 1
        np.divide(z, size, out=out)
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
        slope = ctx.buffer("softsign", y.shape, y.dtype)
        np.abs(y, out=slope)
        np.subtract(1, slope, out=slope)
        dy *= slope
        dy *= slope
        return dy
