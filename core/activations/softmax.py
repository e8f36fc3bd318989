"""Softmax."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Context
from vitrine.core.kernels.softmax import softmax


class Softmax(Activation):
    """y_i = exp(z_i) / sum_j exp(z_j) over the last axis, computed from z - max z. dz = y (dy - sum dy y)."""

    title: ClassVar[str] = "softmax"
    rank: ClassVar[int] = 90
    summary: ClassVar[str] = "Turns scores into probabilities that sum to one: for the output of a classifier."
    formula: ClassVar[str] = "f(z)_i = exp(z_i) / sum_j exp(z_j)"
    elementwise: ClassVar[bool] = False

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        return softmax(z, out)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        dy -= (dy * y).sum(axis=-1, keepdims=True)
        dy *= y
        return dy
