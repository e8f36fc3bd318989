"""Which classes are taken for which; for a regression, predicted against true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.metrics.base import answered, predicted_classes
from vitrine.core.network.analysis import Analysis
from vitrine.core.probes.base import LIGHT, Probe, View
from vitrine.core.probes.evaluated import evaluated
from vitrine.core.spec import hp

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


@dataclass(frozen=True, eq=False)
class Counts:
    """counts (k, k) int64, true classes down and predicted ones across, without outputs that are no number; precision and
    recall (k,) float64; accuracy over all examples."""

    classes: tuple[str, ...]
    counts: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    accuracy: float


@dataclass(frozen=True, eq=False)
class Residuals:
    """Values of a regression, true and predicted (n,), and the root mean square of their difference over all outputs."""

    true: np.ndarray
    predicted: np.ndarray
    rmse: float


@dataclass(frozen=True, eq=False)
class ConfusionAnswer:
    """`counts` for classes, `residuals` for a regression, neither for an empty part. seen of total: how many examples
    were used; step: the evaluation's."""

    split: str
    total: int
    seen: int
    step: int
    counts: Counts | None = None
    residuals: Residuals | None = None


class ConfusionMatrix(Probe[ConfusionAnswer]):
    """Which classes are taken for which, over a part of the data; predicted against true values for a regression."""

    interval: ClassVar[float] = 0.5
    rank: ClassVar[int] = 50

    split: str = hp(default="validation", help="Which part of the data", choices=("train", "validation", "test"))

    def is_heavy(self, analysis: Analysis, data: TrainingData) -> bool:
        return analysis.total_multiply_adds * len(data.split(self.split)[0]) > LIGHT

    def __call__(self, view: View) -> ConfusionAnswer:
        _, y = view.data.split(self.split)
        info, total = view.data.info, len(y)
        if not total:
            return ConfusionAnswer(self.split, 0, 0, view.step)
        step, outputs = evaluated(view, self.split)
        y = y[: len(outputs)]
        if info.task.has_classes:
            classes = tuple(info.class_names)
            told = answered(outputs)
            counts = confusion_counts(y[told], predicted_classes(outputs[told]), len(classes))
            accuracy = float(np.trace(counts)) / len(y)
            return ConfusionAnswer(self.split, total, len(y), step, Counts(classes, counts, *precision_recall(counts), accuracy))
        true, predicted = y.reshape(-1), outputs.reshape(-1)
        rmse = float(np.sqrt(np.mean(np.square(np.subtract(outputs.reshape(y.shape), y, dtype=np.float64)))))
        every = -(-len(true) // POINTS)
        residuals = Residuals(true[::every].copy(), predicted[::every].copy(), rmse)
        return ConfusionAnswer(self.split, total, len(y), step, residuals=residuals)
