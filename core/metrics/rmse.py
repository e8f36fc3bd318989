"""Root mean squared error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric
from vitrine.core.tasks.base import VALUES


class RMSE(Metric):
    """RMSE = sqrt(mean (p - t)^2), in the units of the targets."""

    key: ClassVar[str] = "rmse"
    takes: ClassVar[tuple[str, ...]] = (VALUES,)
    higher_is_better: ClassVar[bool] = False
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "The usual size of an error, in the units of the targets; large errors weigh more."
    formula: ClassVar[str] = "sqrt(mean (p - t)^2)"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        differences = np.subtract(predictions.reshape(len(y), -1), y.reshape(len(y), -1), dtype=np.float64)  # squares overflow float32
        return float(np.sqrt(np.mean(np.square(differences, out=differences))))
