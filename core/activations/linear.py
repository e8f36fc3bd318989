"""No activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.activations.base import Activation

if TYPE_CHECKING:
    from core.layers.base import Context


class Linear(Activation):
    """y = z."""

    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Leaves its input as it is: for outputs of a regression, and for logits."
    formula: ClassVar[str] = "f(z) = z"

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
