"""What the engine needs of a dataset. `vitrine.datasets.base.Dataset` is one; anything of this shape will do."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vitrine.core.tasks.base import Task


class DataInfo(Protocol):
    """What can be said of a dataset before it is loaded."""

    @property
    def input_shape(self) -> tuple[int, ...]: ...
    @property
    def element(self) -> str: ...  # "image", "table", "sequence" or "points"
    @property
    def task(self) -> Task: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...  # empty for a regression
    @property
    def target_shape(self) -> tuple[int, ...]: ...  # of one example's target in a regression


class TrainingData(Protocol):
    """Preprocessed examples by split ("train", "validation", "test").

    x: float32 (N, *input_shape). y: int64 (N,) class indices, or float32 (N, *target_shape).
    """

    @property
    def info(self) -> DataInfo: ...
    def split(self, name: str) -> tuple[np.ndarray, np.ndarray]: ...
