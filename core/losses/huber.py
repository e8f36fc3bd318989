"""Huber's loss."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.losses import huber
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import ElementwiseLoss
from vitrine.core.spec import hp


class Huber(ElementwiseLoss):
    """L = mean h(y - t), h(d) = d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), y and t (N, *shape). Huber, 1964."""

    title: ClassVar[str] = "Huber"
    rank: ClassVar[int] = 13
    summary: ClassVar[str] = "Squared for small errors, absolute for large ones: smooth, and outliers pull less."
    formula: ClassVar[str] = "L = mean h(y - t), h(d) = d^2 / 2, beyond delta a straight line"

    delta: float = hp(default=1.0, help="Error at which the parabola becomes a line", minimum=0.0, maximum=1e6, exclusive=True, step=0.1)

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return huber(outputs, targets, self.delta, work, need_grad)
