"""The self-normalizing ELU."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import elu, elu_backward

# such that mean 0 and variance 1 are a fixed point
ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


class SELU(Activation):
    """y = s z where z > 0, else s a (exp(z) - 1), s = 1.0507, a = 1.6733. Klambauer, Unterthiner, Mayr and Hochreiter, 2017."""

    rank: ClassVar[int] = 35
    summary: ClassVar[str] = "An ELU scaled so that deep dense layers keep mean 0 and variance 1 by themselves, with LeCun normal weights."
    formula: ClassVar[str] = "f(z) = s z where z > 0, else s a (exp(z) - 1)"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    rising: ClassVar[bool] = True

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return elu(z, out, ALPHA, SCALE, ctx)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        return elu_backward(dy, y, ALPHA, SCALE, ctx)
