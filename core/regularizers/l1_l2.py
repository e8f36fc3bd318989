"""Both penalties."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.regularizers.base import Regularizer, l1_gradient, l1_penalty, l2_gradient, l2_penalty
from vitrine.core.spec import hp


class L1L2(Regularizer):
    """R = l1 sum |w| + l2 / 2 sum w^2; dR/dw = l1 sign(w) + l2 w: the elastic net. Zou and Hastie, 2005."""

    title: ClassVar[str] = "L1 and L2"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Sparse like L1 and smooth like L2: the elastic net."
    formula: ClassVar[str] = "R = l1 sum |w| + l2 / 2 sum w^2"

    l1: float = hp(default=0.001, help="How much the size of weights costs", minimum=0.0, maximum=1e6, scale="log", label="L1")
    l2: float = hp(default=0.001, help="How much the square of weights costs", minimum=0.0, maximum=1e6, scale="log", label="L2")

    def penalty(self, w: np.ndarray, work: Workspace) -> float:
        return self.l1 * l1_penalty(w, work) + self.l2 * l2_penalty(w)

    def add_gradient(self, w: np.ndarray, g: np.ndarray, work: Workspace) -> None:
        l1_gradient(w, g, self.l1, work)
        l2_gradient(w, g, self.l2, work)
