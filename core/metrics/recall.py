"""Recall."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric, predicted_classes


class Recall(Metric):
    """R = mean_k TP_k / (TP_k + FN_k): of the examples of k, the share that is called k; the mean over classes (macro). Through scikit-learn."""

    key: ClassVar[str] = "recall"
    title: ClassVar[str] = "Recall"
    rank: ClassVar[int] = 21
    percent: ClassVar[bool] = True
    summary: ClassVar[str] = "Of what is a class, how much is found? The mean over classes, each counting the same."
    formula: ClassVar[str] = "mean TP / (TP + FN)"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import recall_score

        if not np.isfinite(predictions).all():
            return float("nan")
        return float(recall_score(y, predicted_classes(predictions), average="macro", zero_division=0))
