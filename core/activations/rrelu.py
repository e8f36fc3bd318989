"""The rectifier with a random slope below zero."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.spec import FieldProblem, hp


class RReLU(Activation):
    """y = z where z > 0, else a z; a ~ U(low, high) anew for each value in training, (low + high) / 2 in prediction.

    Xu, Wang, Chen and Li, 2015.
    """

    rank: ClassVar[int] = 33
    summary: ClassVar[str] = "A leaky ReLU with a slope drawn at random in training: noise that guards against overfitting."
    formula: ClassVar[str] = "f(z) = z where z > 0, else a z, a ~ U(low, high)"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    random: ClassVar[bool] = True

    low: float = hp(default=0.125, help="Smallest slope", minimum=0.0, maximum=1.0, step=0.05)
    high: float = hp(default=1 / 3, help="Largest slope", minimum=0.0, maximum=1.0, step=0.05)

    def problems(self) -> list[FieldProblem]:
        found = super().problems()
        if not found and self.low > self.high:
            found.append(FieldProblem("high", "High", f"must be at least Low ({self.low:g}), not {self.high:g}"))
        return found

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        slope = ctx.buffer("rrelu_slope", z.shape, np.float32)
        if ctx.training:
            assert ctx.rng is not None, "RReLU needs the context's generator in training"
            ctx.rng.random(dtype=np.float32, out=slope)
            slope *= self.high - self.low
            slope += self.low
        else:
            slope.fill((self.low + self.high) / 2)
        positive = ctx.buffer("rrelu_positive", z.shape, np.float32)
        np.greater(z, 0, out=positive)
        slope -= 1
        positive *= slope  # a - 1 where the slope shall be 1: `where=` is ten times slower
        slope -= positive
        slope += 1
        np.multiply(z, slope, out=out)
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
        dy *= ctx.buffer("rrelu_slope", y.shape, np.float32)
        return dy
