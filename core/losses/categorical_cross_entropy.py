"""Cross entropy over several classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.activations.softmax import Softmax
from vitrine.core.data import DataInfo
from vitrine.core.kernels.softmax import softmax_cross_entropy
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss
from vitrine.core.tasks.base import CLASSES


class CategoricalCrossEntropy(Loss):
    """L = -mean_n log softmax(z_n)[t_n], from logits z (N, K) and class indices t (N,); stable for any logits."""

    title: ClassVar[str] = "Categorical cross-entropy"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "For classes that exclude each other, one output unit a class."
    formula: ClassVar[str] = "L = -mean log softmax(z)[t]"
    link: ClassVar[type[Activation]] = Softmax
    takes: ClassVar[tuple[str, ...]] = (CLASSES,)

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        return np.ascontiguousarray(y, np.int64)

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return softmax_cross_entropy(outputs, targets, work, need_grad)
