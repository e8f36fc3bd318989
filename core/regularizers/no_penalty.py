"""No regularization."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.regularizers.base import Regularizer


class NoPenalty(Regularizer):
    """R = 0."""

    title: ClassVar[str] = "none"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Weights may grow as they like."
    formula: ClassVar[str] = "R = 0"
    active: ClassVar[bool] = False

    def penalty(self, w: np.ndarray, work: Workspace) -> float:
        return 0.0

    def add_gradient(self, w: np.ndarray, g: np.ndarray, work: Workspace) -> None:
        return None
