"""The coefficient of determination."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric
from vitrine.core.tasks.base import VALUES


class R2(Metric):
    """R2 = 1 - sum (p - t)^2 / sum (t - mean t)^2, the mean over outputs. Through scikit-learn; NaN for fewer than two examples."""

    key: ClassVar[str] = "r2"
    title: ClassVar[str] = "R²"
    rank: ClassVar[int] = 20
    takes: ClassVar[tuple[str, ...]] = (VALUES,)
    higher_is_better: ClassVar[bool] = True
    summary: ClassVar[str] = "The share of the targets' variance that is explained: 1 is perfect, 0 no better than their mean."
    formula: ClassVar[str] = "1 - sum (p - t)^2 / sum (t - mean t)^2"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import r2_score

        if not np.isfinite(predictions).all() or len(y) < 2:
            return float("nan")
        return float(r2_score(*(values.reshape(len(y), -1).astype(np.float64) for values in (y, predictions))))
