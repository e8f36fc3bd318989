"""Swish, or the sigmoid linear unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import sigmoid
from vitrine.core.spec import hp


class Swish(Activation):
    """y = z s, s = sigmoid(beta z); dz = dy (s + beta y (1 - s)). Ramachandran, Zoph and Le, 2017."""

    title: ClassVar[str] = "Swish (SiLU)"
    rank: ClassVar[int] = 37
    summary: ClassVar[str] = "A smooth ReLU that dips a little below zero; often better than ReLU in deep nets."
    formula: ClassVar[str] = "f(z) = z sigmoid(beta z)"

    beta: float = hp(default=1.0, help="Sharpness: large values come near the ReLU", minimum=0.0, maximum=100.0, exclusive=True, step=0.1)

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        gate = ctx.buffer("swish_gate", z.shape, z.dtype)
        np.multiply(z, self.beta, out=gate)
        sigmoid(gate, gate)
        np.multiply(z, gate, out=out)
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
        gate = ctx.buffer("swish_gate", y.shape, y.dtype)
        slope = ctx.buffer("swish_slope", y.shape, y.dtype)
        np.subtract(1, gate, out=slope)
        slope *= y
        slope *= self.beta
        slope += gate
        dy *= slope
        return dy
