"""Mean squared error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.losses import squared_error
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import ElementwiseLoss


class MeanSquaredError(ElementwiseLoss):
    """L = mean (y - t)^2 over examples and outputs, y and t (N, *shape); dy = 2 (y - t) / size. Gauss, 1809."""

    title: ClassVar[str] = "Mean squared error"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "For values: large errors count most. Two classes take one output, 0 or 1."
    formula: ClassVar[str] = "L = mean (y - t)^2"

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return squared_error(outputs, targets, 1.0, work, need_grad)
