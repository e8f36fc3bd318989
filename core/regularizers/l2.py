"""Weight decay by a penalty."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.regularizers.base import Regularizer, l2_gradient, l2_penalty
from vitrine.core.spec import hp


class L2(Regularizer):
    """R = strength / 2 sum w^2; dR/dw = strength w, as `weight_decay` in PyTorch's SGD. Hoerl and Kennard, 1970."""

    title: ClassVar[str] = "L2"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Draws large weights towards zero more than small ones: smoother functions that overfit less."
    formula: ClassVar[str] = "R = strength / 2 sum w^2"

    strength: float = hp(default=0.001, help="How much weights cost", minimum=0.0, maximum=1e6, scale="log")

    def penalty(self, w: np.ndarray, work: Workspace) -> float:
        return self.strength * l2_penalty(w)

    def add_gradient(self, w: np.ndarray, g: np.ndarray, work: Workspace) -> None:
        l2_gradient(w, g, self.strength, work)
