"""The Gaussian error linear unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import erf
from vitrine.core.spec import hp

C = (2 / np.pi) ** 0.5
CUBIC = 0.044715


class GELU(Activation):
    """y = z P(Z <= z), Z ~ N(0, 1): z (1 + erf(z / sqrt 2)) / 2, or about z (1 + tanh(c (z + 0.044715 z^3))) / 2, c = sqrt(2 / pi).

    Hendrycks and Gimpel, 2016. `approximate` takes the second form.
    """

    rank: ClassVar[int] = 36
    summary: ClassVar[str] = "A smooth ReLU that weighs each value by how likely a smaller one is; common in transformers."
    formula: ClassVar[str] = "f(z) = z (1 + erf(z / sqrt 2)) / 2"
    keeps_input: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, bool], ...]] = ({"approximate": True},)

    approximate: bool = hp(default=False, help="Compute it by tanh, off by at most 0.0005: what many published networks do")

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        gate = ctx.buffer("gelu_gate", z.shape, z.dtype)
        if self.approximate:
            np.multiply(z, z, out=gate)
            gate *= C * CUBIC
            gate += C
            gate *= z
            np.tanh(gate, out=gate)
        else:
            np.multiply(z, 0.5**0.5, out=gate)
            erf(gate, gate, ctx)
        gate += 1
        gate *= 0.5
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
        assert z is not None
        gate = ctx.buffer("gelu_gate", z.shape, z.dtype)
        slope = ctx.buffer("gelu_slope", z.shape, z.dtype)
        np.multiply(z, z, out=slope)
        if self.approximate:  # d gate = 2 gate (1 - gate) c (1 + 3 * 0.044715 z^2)
            slope *= 6 * C * CUBIC
            slope += 2 * C
            slope *= gate
            np.subtract(1, gate, out=ctx.buffer("gelu_rest", z.shape, z.dtype))
            slope *= ctx.buffer("gelu_rest", z.shape, z.dtype)
        else:  # d gate = exp(-z^2 / 2) / sqrt(2 pi)
            slope *= -0.5
            np.exp(slope, out=slope)
            slope *= C / 2
        slope *= z
        slope += gate
        dy *= slope
        return dy
