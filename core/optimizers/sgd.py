"""Gradient descent."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.base import Optimizer


class SGD(Optimizer):
    """w <- w - lr g. Full-batch, stochastic or mini-batch, as the batch size says. Robbins and Monro, 1951."""

    title: ClassVar[str] = "SGD"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Plain gradient descent: one step down the gradient of each batch."
    formula: ClassVar[str] = "w <- w - lr g"
    plain: ClassVar[bool] = True

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        g *= learning_rate
        w -= g
