"""Regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from vitrine.core.tasks.base import VALUES, Goal, Task


class Regression(Task):
    """Every example has numbers to be met: y float32 (N, *target_shape), outputs of the same shape."""

    title: ClassVar[str] = "regression"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Every example has numbers to be met."
    key: ClassVar[str] = "regression"
    targets: ClassVar[str] = VALUES
    metric: ClassVar[str] = "RMSE"
    error_name: ClassVar[str] = "RMSE"

    def output_shape(self, goal: Goal) -> tuple[int, ...]:
        return tuple(goal.target_shape)

    def encode(self, y: np.ndarray, goal: Goal) -> np.ndarray:
        return np.asarray(y, np.float32).reshape(len(y), *goal.target_shape)

    def demand(self, goal: Goal) -> str:
        return "the targets"

    def describe(self, goal: Goal) -> str:
        names = ", ".join(getattr(goal, "target_names", ()))
        shape = tuple(goal.target_shape)
        return f"Regression of {names or ('one number' if np.prod(shape) == 1 else f'{_shape(shape)} numbers')}"

    def say(self, target: np.ndarray, goal: Goal) -> str:
        """The numbers; of more than three, how many there are."""
        values = np.ravel(target)
        return ", ".join(f"{value:.4g}" for value in values) if len(values) <= 3 else _shape(np.shape(target))

    def error(self, values: Mapping[str, float], part: str) -> float:
        return values[f"{part}_rmse"]

    def guess_error(self, targets: np.ndarray, judged: np.ndarray) -> float:
        return float(np.sqrt(np.mean((judged - targets.mean(axis=0, dtype=np.float64)) ** 2)))

    def share_of_guess(self, error: float, guess: float) -> float:
        """Of the squares: the share of the variance left unexplained."""
        return super().share_of_guess(error, guess) ** 2


def _shape(shape: tuple[int, ...]) -> str:
    return " \N{MULTIPLICATION SIGN} ".join(map(str, shape))
