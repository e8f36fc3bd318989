"""What a metric is: a number, for people, that says how good predictions are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.spec import Registry, Spec
from vitrine.core.tasks.base import CLASSES, Task


class Metric(Spec, abstract=True):
    """`value` compares predictions (after the link: probabilities or values) with the data's own targets."""

    registry: ClassVar[Registry[Metric]] = Registry("metric")
    key: ClassVar[str] = ""  # the name in histories and results: "accuracy"
    takes: ClassVar[tuple[str, ...]] = (CLASSES,)  # the forms of targets; see Task
    higher_is_better: ClassVar[bool] = True
    percent: ClassVar[bool] = False  # shown as a percentage

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        """predictions (N, K) or (N, 1), y int64 (N,) class indices; or float arrays of one shape."""
        raise NotImplementedError(type(self).__name__)


def predicted_classes(predictions: np.ndarray) -> np.ndarray:
    """Class indices from probabilities (N, K), or from one probability a row (N, 1) at one half."""
    if predictions.shape[-1] == 1:
        return np.asarray(predictions[..., 0] > 0.5, np.int64)
    return np.asarray(predictions.argmax(axis=-1))


def answered(predictions: np.ndarray) -> np.ndarray:
    """Which rows are answers: NaN is none, whatever class `predicted_classes` gives for it."""
    return np.asarray(~np.isnan(predictions).any(axis=-1))


def default_metrics(task: Task, every: bool = False) -> list[Metric]:
    """The metrics that every run of such a task records, the task's own first; `every`: all that fit."""
    first = Metric.registry.get(task.metric)()
    return [first] + [cls() for cls in Metric.registry if every and task.fits(cls.takes) and not isinstance(first, cls)]
