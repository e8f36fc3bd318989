"""The error that a study compares, and how large it is beside that of a plain guess."""

from __future__ import annotations

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.errors import TrainingError
from vitrine.core.training.trainer import Trainer


def error_of(trainer: Trainer, part: str) -> float:
    """1 - accuracy of a classifier, RMSE of a regression, on a whole part. Raises TrainingError where it is not finite."""
    task = trainer.data.info.task
    return finite(task.error(trainer.evaluate(part), part), task.error_name)


def finite(value: float, name: str) -> float:
    """The value itself. Raises TrainingError where it is not a finite number."""
    if not np.isfinite(value):
        raise TrainingError(f"the {name} of a run is {value}: its outputs grew too large; lower the learning rate")
    return value


def guess_error(data: TrainingData) -> float:
    """The validation part's error if always the training part's most frequent class, or its mean target, is said."""
    return data.info.task.guess_error(data.split("train")[1], data.split("validation")[1])
