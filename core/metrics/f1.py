"""The F1 score."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric, predicted_classes


class F1(Metric):
    """F1 = mean_k 2 P_k R_k / (P_k + R_k), precision P and recall R of each class (macro). Through scikit-learn. van Rijsbergen, 1979."""

    key: ClassVar[str] = "f1"
    title: ClassVar[str] = "F1 score"
    rank: ClassVar[int] = 22
    percent: ClassVar[bool] = True
    summary: ClassVar[str] = "Precision and recall in one number, low when either is. The mean over classes."
    formula: ClassVar[str] = "mean 2 P R / (P + R)"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import f1_score

        if not np.isfinite(predictions).all():
            return float("nan")
        return float(f1_score(y, predicted_classes(predictions), average="macro", zero_division=0))
