"""Mean absolute error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.losses import absolute_error
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import ElementwiseLoss


class MeanAbsoluteError(ElementwiseLoss):
    """L = mean |y - t| over examples and outputs, y and t (N, *shape); dy = sign(y - t) / size. Laplace, 1774."""

    title: ClassVar[str] = "Mean absolute error"
    rank: ClassVar[int] = 12
    summary: ClassVar[str] = "For values: all errors count by their size, so that outliers pull less."
    formula: ClassVar[str] = "L = mean |y - t|"
    kinks: ClassVar[bool] = True

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        return absolute_error(outputs, targets, work, need_grad)
