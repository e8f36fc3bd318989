"""The logistic function."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.elementwise import sigmoid, sigmoid_backward
from vitrine.core.kernels.workspace import ONE


class Sigmoid(Activation):
    """y = 1 / (1 + exp(-z)), computed as tanh(z / 2) / 2 + 1 / 2; dz = dy y (1 - y). Rumelhart, Hinton and Williams, 1986."""

    title: ClassVar[str] = "sigmoid"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Squeezes any value into 0 to 1: a probability. In depth its slope of at most 1/4 makes gradients vanish."
    formula: ClassVar[str] = "f(z) = 1 / (1 + exp(-z))"
    rising: ClassVar[bool] = True
    sloped: ClassVar[bool] = True
    by_tanh: ClassVar[tuple[float, float, float] | None] = (0.5, 0.5, 0.5)

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return sigmoid(z, out)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        return sigmoid_backward(dy, y, ctx)

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        np.subtract(ONE[y.dtype.char], y, out)
        out *= y
