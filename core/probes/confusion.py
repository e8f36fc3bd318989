"""Which classes are taken for which; for a regression, predicted against true."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.metrics.base import predicted_classes
from core.probes.base import Probe, View
from core.probes.evaluated import evaluated
from core.spec import hp

POINTS = 2000


def confusion_counts(y: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """C[i, j] = examples of class i that were taken for j, (classes, classes) int64."""
    return np.bincount(y * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def precision_recall(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """precision_j = C[j, j] / sum_i C[i, j], recall_i = C[i, i] / sum_j C[i, j]; NaN for a class never predicted or seen."""
    hits = np.diagonal(counts).astype(float)
    taken, true = counts.sum(axis=0), counts.sum(axis=1)
    precision = np.divide(hits, taken, out=np.full(len(hits), np.nan), where=taken > 0)
    return precision, np.divide(hits, true, out=np.full(len(hits), np.nan), where=true > 0)


class ConfusionMatrix(Probe):
    """counts (k, k) int64, true classes down and predicted ones across; precision and recall (k,), accuracy.

    A regression gives `true` and `predicted` (n,) and `rmse` instead. seen of total: how many examples were used.
    """

    interval: ClassVar[float] = 0.5
    rank: ClassVar[int] = 50

    split: str = hp("validation", "Which part of the data", choices=("train", "validation", "test"))

    def __call__(self, view: View) -> dict[str, Any]:
        _, y = view.data.split(self.split)
        info = view.data.info
        about: dict[str, Any] = {"split": self.split, "total": len(y), "classes": tuple(info.class_names)}
        if not len(y):
            return about | {"seen": 0, "step": view.step}
        step, outputs = evaluated(view, self.split)
        y = y[: len(outputs)]
        about |= {"seen": len(y), "step": step}
        if info.task == "classification":
            counts = confusion_counts(y, predicted_classes(outputs), len(info.class_names))
            precision, recall = precision_recall(counts)
            accuracy = float(np.trace(counts)) / len(y)
            return about | {"counts": counts, "precision": precision, "recall": recall, "accuracy": accuracy}
        true, predicted = y.reshape(-1), outputs.reshape(-1)
        rmse = float(np.sqrt(np.mean(np.square(outputs.reshape(y.shape) - y, dtype=np.float64))))
        every = -(-len(true) // POINTS)
        return about | {"true": true[::every].copy(), "predicted": predicted[::every].copy(), "rmse": rmse}
