"""Accuracy with several guesses."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric, predicted_classes
from vitrine.core.spec import hp


class TopK(Metric):
    """A_k = mean_n [t_n among the k largest p_n]: the share of examples whose class is among the k most probable. Through scikit-learn."""

    key: ClassVar[str] = "top_k"
    title: ClassVar[str] = "Top-k accuracy"
    rank: ClassVar[int] = 10
    percent: ClassVar[bool] = True
    summary: ClassVar[str] = "The share of examples whose right class is among the k most probable."
    formula: ClassVar[str] = "mean(t in the k largest p)"

    k: int = hp(default=3, help="Number of guesses", minimum=1, maximum=1000)

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import top_k_accuracy_score

        if not np.isfinite(predictions).all():
            return float("nan")
        classes = max(2, predictions.shape[-1])
        if self.k >= classes:
            return 1.0
        if classes == 2:
            return float(np.mean(predicted_classes(predictions) == y))
        return float(top_k_accuracy_score(y, predictions, k=self.k, labels=np.arange(classes)))
