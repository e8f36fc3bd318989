"""Half the mean squared error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.losses import squared_error
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import ElementwiseLoss


class HalvedMeanSquaredError(ElementwiseLoss):
    """L = 1/2 mean (y - t)^2 over examples and outputs, y and t (N, *shape); dy = (y - t) / size."""

    title: ClassVar[str] = "Halved mean squared error"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Mean squared error as many textbooks write it: the half cancels the 2 of the derivative."
    formula: ClassVar[str] = "L = 1/2 mean (y - t)^2"

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return squared_error(outputs, targets, 0.5, work, need_grad)
