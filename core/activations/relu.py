"""The rectifier."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import relu, relu_backward


class ReLU(Activation):
    """y = max(z, 0). Nair and Hinton, 2010."""

    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Passes what is positive and stops the rest; its slope of 1 keeps gradients alive in depth."
    formula: ClassVar[str] = "f(z) = max(z, 0)"
    usual: ClassVar[bool] = True
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    rising: ClassVar[bool] = True
    clips_below_zero: ClassVar[bool] = True
    sloped: ClassVar[bool] = True

    def kept_values(self, output: int) -> int:
        return output // 4  # a mask

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return relu(z, out, ctx)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        return relu_backward(dy, y, ctx)

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        np.greater(y, 0, out=out)
