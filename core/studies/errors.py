"""The error that a study compares, and how large it is beside that of a plain guess."""

from __future__ import annotations

import numpy as np

from core.data import TrainingData
from core.errors import TrainingError
from core.trainer import Trainer

NAMES = {"classification": "error rate", "regression": "RMSE"}


def error_of(trainer: Trainer, part: str) -> float:
    """1 - accuracy of a classifier, RMSE of a regression, on a whole part. Raises TrainingError where it is not finite."""
    values = trainer.evaluate(part)
    if trainer.data.info.task == "classification":
        return 1.0 - values[f"{part}_accuracy"]
    return finite(values[f"{part}_rmse"], "RMSE")


def finite(value: float, name: str) -> float:
    """The value itself. Raises TrainingError where it is not a finite number."""
    if not np.isfinite(value):
        raise TrainingError(f"the {name} of a run is {value}: its outputs grew too large; lower the learning rate")
    return value


def guess_error(data: TrainingData) -> float:
    """The validation part's error if always the training part's most frequent class, or its mean target, is said."""
    targets, judged = data.split("train")[1], data.split("validation")[1]
    if data.info.task == "classification":
        labels, counts = np.unique(targets, return_counts=True)
        return float(np.mean(judged != labels[counts.argmax()]))
    return float(np.sqrt(np.mean((judged - targets.mean(axis=0, dtype=np.float64)) ** 2)))


def share_of_guess(error: float, guess: float, task: str) -> float:
    """error / guess; of a regression the squares, which is the share of the variance left unexplained."""
    ratio = error / guess if guess > 0 else (0.0 if error == 0 else 1.0)
    return ratio if task == "classification" else ratio**2


def rate_variance(rate: float, count: int) -> float:
    """p (1 - p) / n: the variance of an error rate measured on n examples."""
    return rate * (1.0 - rate) / max(1, count)
