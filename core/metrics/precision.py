"""Precision."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric, predicted_classes


class Precision(Metric):
    """P = mean_k TP_k / (TP_k + FP_k): of the examples called k, the share that is k; the mean over classes (macro). Through scikit-learn."""

    key: ClassVar[str] = "precision"
    title: ClassVar[str] = "Precision"
    rank: ClassVar[int] = 20
    percent: ClassVar[bool] = True
    summary: ClassVar[str] = "Of what is called a class, how much is it? The mean over classes, each counting the same."
    formula: ClassVar[str] = "mean TP / (TP + FP)"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import precision_score

        if not np.isfinite(predictions).all():
            return float("nan")
        return float(precision_score(y, predicted_classes(predictions), average="macro", zero_division=0))
