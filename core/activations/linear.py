"""No activation."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context


class Linear(Activation):
    """y = z."""

    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Leaves its input as it is: for outputs of a regression, and for logits."
    formula: ClassVar[str] = "f(z) = z"
    told: ClassVar[bool] = False
    identity: ClassVar[bool] = True
    rising: ClassVar[bool] = True
    sloped: ClassVar[bool] = True

    def kept_values(self, output: int) -> int:
        return 0

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        if out is not z:
            np.copyto(out, z)
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
        return dy

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        out.fill(1)
