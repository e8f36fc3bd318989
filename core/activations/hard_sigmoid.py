"""The sigmoid in three straight pieces."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context


class HardSigmoid(Activation):
    """y = min(max(z / 6 + 1 / 2, 0), 1); dz = dy / 6 where 0 < y < 1, else 0. Courbariaux and others, 2015; the slope of PyTorch and Keras."""

    title: ClassVar[str] = "hard sigmoid"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "A sigmoid made of three straight lines: quick, and flat outside -3 to 3."
    formula: ClassVar[str] = "f(z) = min(max(z / 6 + 1 / 2, 0), 1)"
    kinks: ClassVar[tuple[float, ...]] = (-3.0, 3.0)
    rising: ClassVar[bool] = True

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        np.multiply(z, 1 / 6, out=out)
        out += 0.5
        return np.clip(out, 0, 1, out=out)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        inside = ctx.buffer("hard_inside", y.shape, np.bool_)
        np.greater(y, 0, out=inside)
        np.less(y, 1, out=inside, where=inside)
        dy *= inside
        dy *= 1 / 6
        return dy
