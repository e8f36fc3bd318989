"""The hinge loss of several classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.data import DataInfo
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss
from vitrine.core.tasks.base import CLASSES


class MultiClassHinge(Loss):
    """L = mean_n sum_{k != t} max(0, 1 - z_t + z_k) / K, from scores z (N, K) and class indices t (N,). Weston and Watkins, 1999."""

    title: ClassVar[str] = "Multi-class hinge"
    rank: ClassVar[int] = 42
    summary: ClassVar[str] = "For classes that exclude each other: the right score must lead every other by a margin of 1."
    formula: ClassVar[str] = "L = mean sum over k != t of max(0, 1 - z_t + z_k) / K"
    takes: ClassVar[tuple[str, ...]] = (CLASSES,)
    kinks: ClassVar[bool] = True

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        return np.ascontiguousarray(y, np.int64)

    @property
    def threshold(self) -> float:
        return 0.0

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        rows = np.arange(len(outputs))
        size = max(1, outputs.size)
        violation = work.buffer("grad", outputs.shape, outputs.dtype)
        np.subtract(outputs, outputs[rows, targets][:, None], out=violation)
        violation += 1
        violation[rows, targets] = 0
        np.maximum(violation, 0, out=violation)
        value = float(violation.sum(dtype=np.float64)) / size
        if not need_grad:
            return value, None
        np.greater(violation, 0, out=violation)
        violation[rows, targets] = -violation.sum(axis=1)
        violation *= 1 / size
        return value, violation
