"""The threshold of the perceptron."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context


class Step(Activation):
    """y = 1 where z > 0, else 0; dz = 0 everywhere, so that nothing before it learns. McCulloch and Pitts, 1943."""

    title: ClassVar[str] = "step"
    rank: ClassVar[int] = 80
    summary: ClassVar[str] = "Fires or does not: the perceptron's output. Its slope is zero, so no gradient passes it."
    formula: ClassVar[str] = "f(z) = 1 where z > 0, else 0"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    differentiable: ClassVar[bool] = False
    rising: ClassVar[bool] = True

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        np.greater(z, 0, out=out)
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
        dy.fill(0)
        return dy
