"""The exponential linear unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import elu, elu_backward
from vitrine.core.spec import hp


class ELU(Activation):
    """y = z where z > 0, else alpha (exp(z) - 1); dz = dy where z > 0, else dy (y + alpha). Clevert, Unterthiner and Hochreiter, 2016."""

    rank: ClassVar[int] = 34
    summary: ClassVar[str] = "A ReLU that runs out smoothly to -alpha: units keep a gradient, and means stay near zero."
    formula: ClassVar[str] = "f(z) = z where z > 0, else alpha (exp(z) - 1)"
    rising: ClassVar[bool] = True

    alpha: float = hp(default=1.0, help="How far below zero it goes", minimum=0.0, maximum=100.0, exclusive=True, step=0.1)

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return elu(z, out, self.alpha, 1.0, ctx)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        return elu_backward(dy, y, self.alpha, 1.0, ctx)
