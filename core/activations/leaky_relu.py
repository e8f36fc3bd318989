"""The rectifier with a small slope below zero."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import leaky_relu, leaky_relu_backward
from vitrine.core.spec import hp


class LeakyReLU(Activation):
    """y = max(z, alpha z), 0 <= alpha <= 1; dz = dy where z > 0, else alpha dy. Maas, Hannun and Ng, 2013."""

    title: ClassVar[str] = "leaky ReLU"
    rank: ClassVar[int] = 31
    summary: ClassVar[str] = "A ReLU that lets a little of the negative side through, so that no unit dies for good."
    formula: ClassVar[str] = "f(z) = max(z, alpha z)"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    rising: ClassVar[bool] = True

    alpha: float = hp(default=0.01, help="Slope for negative values", minimum=0.0, maximum=1.0, step=0.01)

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return leaky_relu(z, out, self.alpha, ctx)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        return leaky_relu_backward(dy, y, self.alpha, ctx)
