"""The lasso's penalty."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.regularizers.base import Regularizer, l1_gradient, l1_penalty
from vitrine.core.spec import hp


class L1(Regularizer):
    """R = strength sum |w|; dR/dw = strength sign(w). Tibshirani, 1996."""

    title: ClassVar[str] = "L1"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Draws every weight to zero at the same pace: those that matter little end there, and the net becomes sparse."
    formula: ClassVar[str] = "R = strength sum |w|"

    strength: float = hp(default=0.001, help="How much weights cost", minimum=0.0, maximum=1e6, scale="log")

    def penalty(self, w: np.ndarray, work: Workspace) -> float:
        return self.strength * l1_penalty(w, work)

    def add_gradient(self, w: np.ndarray, g: np.ndarray, work: Workspace) -> None:
        l1_gradient(w, g, self.strength, work)
