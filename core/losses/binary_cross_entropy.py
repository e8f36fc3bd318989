"""Cross entropy of probabilities that stand each for itself."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.activations.sigmoid import Sigmoid
from vitrine.core.data import DataInfo
from vitrine.core.errors import DataError
from vitrine.core.kernels.losses import sigmoid_cross_entropy
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import ElementwiseLoss


class BinaryCrossEntropy(ElementwiseLoss):
    """L = -mean(t log p + (1 - t) log(1 - p)), p = sigmoid(z), over examples and outputs, z and t (N, *shape).

    From logits z, as max(z, 0) - z t + log(1 + exp(-|z|)): stable for any z. dz = (p - t) / size.
    Raises DataError (`encode`) for targets outside 0 to 1. Cox, 1958.
    """

    title: ClassVar[str] = "Binary cross-entropy"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "For two classes, with one output unit; or for any number of independent probabilities."
    formula: ClassVar[str] = "L = -mean(t log p + (1 - t) log(1 - p)), p = sigmoid(z)"
    link: ClassVar[type[Activation]] = Sigmoid

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        targets = super().encode(y, info)
        if targets.size and not (targets.min() >= 0 and targets.max() <= 1):
            raise DataError(
                f"{self.title} needs targets from 0 to 1, the data's run from {targets.min():g} to {targets.max():g}: "
                "scale them to 0-1 or choose mean squared error"
            )
        return targets

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return sigmoid_cross_entropy(outputs, targets, work, need_grad)
