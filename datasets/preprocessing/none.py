"""No preprocessing."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.datasets.preprocessing.base import Affine, Preprocessing


class NoPreprocessing(Preprocessing):
    """x' = x."""

    title: ClassVar[str] = "None"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "The values as the source has them."
    formula: ClassVar[str] = "x' = x"

    def fit(self, x: np.ndarray, element: str) -> Affine:
        return Affine(np.zeros(1), np.ones(1), "as the source has them, no preprocessing")
