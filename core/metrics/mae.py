"""Mean absolute error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric
from vitrine.core.tasks.base import VALUES


class MAE(Metric):
    """MAE = mean |p - t|, in the units of the targets. Through scikit-learn."""

    key: ClassVar[str] = "mae"
    title: ClassVar[str] = "MAE"
    rank: ClassVar[int] = 10
    takes: ClassVar[tuple[str, ...]] = (VALUES,)
    higher_is_better: ClassVar[bool] = False
    summary: ClassVar[str] = "The usual size of an error, in the units of the targets; large errors don't weigh more."
    formula: ClassVar[str] = "mean |p - t|"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import mean_absolute_error

        if not np.isfinite(predictions).all():
            return float("nan")
        return float(mean_absolute_error(*(values.reshape(len(y), -1).astype(np.float64) for values in (y, predictions))))
