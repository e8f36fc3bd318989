"""What a metric is: a number, for people, that says how good predictions are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.spec import Registry, Spec


class Metric(Spec, abstract=True):
    """`value` compares predictions (after the link: probabilities or values) with the data's own targets."""

    registry: ClassVar[Registry] = Registry("metric", "core.metrics")
    key: ClassVar[str] = ""  # the name in histories and results: "accuracy"
    task: ClassVar[str] = "classification"
    higher_is_better: ClassVar[bool] = True
    percent: ClassVar[bool] = False  # shown as a percentage

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        """predictions (N, K) or (N, 1), y int64 (N,) class indices; or float arrays of one shape."""
        raise NotImplementedError(type(self).__name__)


def predicted_classes(predictions: np.ndarray) -> np.ndarray:
    """Class indices from probabilities (N, K), or from one probability a row (N, 1) at one half."""
    if predictions.shape[-1] == 1:
        return (predictions[..., 0] > 0.5).astype(np.int64)
    return predictions.argmax(axis=-1)


def default_metrics(task: str, every: bool = False) -> list[Metric]:
    """The metrics that every run of such a task records, accuracy or RMSE first; `every`: all that there are."""
    name = "Accuracy" if task == "classification" else "RMSE"
    first = Metric.registry.get(name)()
    return [first] + [cls() for cls in Metric.registry if every and cls.task == task and not isinstance(first, cls)]
