"""Accuracy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.metrics.base import Metric, answered, predicted_classes


class Accuracy(Metric):
    """mean_n [argmax_k p_nk = t_n]: the share of examples whose most probable class is the right one. NaN is no hit."""

    key: ClassVar[str] = "accuracy"
    rank: ClassVar[int] = 0
    percent: ClassVar[bool] = True
    summary: ClassVar[str] = "The share of examples that are given the right class."
    formula: ClassVar[str] = "mean(argmax p = t)"

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        return float(np.mean((predicted_classes(predictions) == y) & answered(predictions)))
