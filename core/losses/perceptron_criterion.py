"""The perceptron's criterion."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.losses import margin
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import SignedLoss
from vitrine.core.spec import hp


class PerceptronCriterion(SignedLoss):
    """L = sum max(0, -t z), t = -1 or +1, z (N, 1); dz = -t where t z <= 0: only misclassified examples count. Rosenblatt, 1958.

    A step of gradient descent on the full batch is the batch perceptron rule, w <- w + lr sum t x over the misclassified.
    """

    title: ClassVar[str] = "Perceptron criterion"
    rank: ClassVar[int] = 41
    summary: ClassVar[str] = "The perceptron rule: every misclassified example moves the boundary towards itself, the others do nothing."
    formula: ClassVar[str] = "L = sum max(0, -t z)"

    reduction: str = hp(
        default="sum", help="Over the batch: the sum gives the textbook's rule, the mean is what other losses take", choices=("sum", "mean")
    )

    @property
    def adds_up(self) -> bool:
        return self.reduction == "sum"

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        scale = 1.0 if self.reduction == "sum" else 1 / max(1, len(outputs))
        return margin(outputs, targets, 0.0, scale, work, need_grad)
