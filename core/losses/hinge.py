"""The hinge loss."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.losses import margin
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import SignedLoss


class Hinge(SignedLoss):
    """L = mean max(0, 1 - t z), t = -1 or +1, z (N, 1); dz = -t / N where t z < 1. Cortes and Vapnik, 1995."""

    title: ClassVar[str] = "Hinge"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "For two classes: pushes scores past a margin, then leaves them alone, as a support vector machine does."
    formula: ClassVar[str] = "L = mean max(0, 1 - t z)"

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return margin(outputs, targets, 1.0, 1 / max(1, len(outputs)), work, need_grad)
