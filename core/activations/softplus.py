"""The smooth rectifier."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context


class Softplus(Activation):
    """y = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)); dz = dy sigmoid(z) = dy (1 - exp(-y)). Dugas and others, 2001."""

    title: ClassVar[str] = "softplus"
    rank: ClassVar[int] = 38
    summary: ClassVar[str] = "A ReLU with its corner rounded off; always positive."
    formula: ClassVar[str] = "f(z) = log(1 + exp(z))"
    rising: ClassVar[bool] = True

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        tail = ctx.buffer("softplus", z.shape, z.dtype)
        np.abs(z, out=tail)
        np.negative(tail, out=tail)
        np.exp(tail, out=tail)
        np.log1p(tail, out=tail)
        np.maximum(z, 0, out=out)
        out += tail
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
        slope = ctx.buffer("softplus", y.shape, y.dtype)
        np.negative(y, out=slope)
        np.expm1(slope, out=slope)
        dy *= slope
        np.negative(dy, out=dy)
        return dy
