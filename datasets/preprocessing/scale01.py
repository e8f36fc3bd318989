"""Min-max scaling to the range from 0 to 1."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.spec import hp
from vitrine.datasets.preprocessing.base import SCOPES, Affine, Preprocessing, axes, numbers, whole


class Scale01(Preprocessing):
    """x' = (x - min) / (max - min), min and max over the training part; other parts may reach beyond 0 and 1.

    A feature that never varies is only moved to zero.
    """

    title: ClassVar[str] = "Scale to 0–1"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "The smallest value becomes 0, the largest 1."
    formula: ClassVar[str] = "x' = (x - min) / (max - min)"

    scope: str = hp(
        default="auto", help="One range for all values, or one a feature; auto: all values of images, else each feature", choices=SCOPES
    )

    def fit(self, x: np.ndarray, element: str) -> Affine:
        over = axes(x, whole(self.scope, element), element)
        low = x.min(axis=over, keepdims=True).astype(np.float64)
        high = x.max(axis=over, keepdims=True).astype(np.float64)
        span = high - low
        text = f"scaled to 0–1 (minimum {numbers(low)}, maximum {numbers(high)}, from the training part)"
        return Affine(low, np.where(span > 0, span, 1.0), text)
