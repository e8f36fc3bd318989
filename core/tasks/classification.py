"""Classification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from vitrine.core.tasks.base import CLASSES, Goal, Task


class Classification(Task):
    """Every example is of one of K classes: y int64 (N,), outputs (N, K)."""

    title: ClassVar[str] = "classification"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Every example is of one class of several."
    key: ClassVar[str] = "classification"
    targets: ClassVar[str] = CLASSES
    metric: ClassVar[str] = "Accuracy"
    error_name: ClassVar[str] = "error rate"

    def output_shape(self, goal: Goal) -> tuple[int, ...]:
        return (len(goal.class_names),)

    def encode(self, y: np.ndarray, goal: Goal) -> np.ndarray:
        one_hot: np.ndarray = np.eye(len(goal.class_names), dtype=np.float32)[y]
        return one_hot

    def demand(self, goal: Goal) -> str:
        return f"{len(goal.class_names)} classes"

    def describe(self, goal: Goal) -> str:
        return f"{len(goal.class_names)} classes: {', '.join(goal.class_names)}"

    def say(self, target: np.ndarray, goal: Goal) -> str:
        return str(goal.class_names[int(target)])

    def error(self, values: Mapping[str, float], part: str) -> float:
        return 1.0 - values[f"{part}_accuracy"]

    def guess_error(self, targets: np.ndarray, judged: np.ndarray) -> float:
        labels, counts = np.unique(targets, return_counts=True)
        return float(np.mean(judged != labels[counts.argmax()]))

    def error_variance(self, error: float, count: int) -> float:
        """p (1 - p) / n."""
        return error * (1.0 - error) / max(1, count)
