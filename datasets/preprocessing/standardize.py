"""Standardization: mean zero, standard deviation one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.spec import hp
from vitrine.datasets.preprocessing.base import SCOPES, Affine, Preprocessing, axes, chunks, numbers, whole


class Standardize(Preprocessing):
    """x' = (x - m) / s, m and s the mean and standard deviation over the training part.

    A feature that never varies has no standard deviation: it is only moved to zero.
    """

    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Mean 0 and standard deviation 1: features of different units get equal weight."
    formula: ClassVar[str] = "x' = (x - mean) / standard deviation"

    scope: str = hp(
        default="auto",
        help="One mean and deviation for all values, or one a feature; auto: all values of images, else each feature",
        choices=SCOPES,
    )

    def fit(self, x: np.ndarray, element: str) -> Affine:
        one_pair = whole(self.scope, element)
        over = axes(x, one_pair, element)
        count = x.size / np.prod([x.shape[a] for a in range(x.ndim) if a not in over])
        mean = sum(part.sum(axis=over, keepdims=True) for part in chunks(x)) / count
        variance = sum(((part - mean) ** 2).sum(axis=over, keepdims=True) for part in chunks(x)) / count
        deviation = np.sqrt(variance)
        constant = deviation <= 1e-12 * np.maximum(1.0, np.abs(mean))
        text = f"standardized (mean {numbers(mean)}, standard deviation {numbers(deviation)}, from the training part)"
        if constant.any() and not one_pair:
            text += f"; features that never vary ({int(constant.sum())}) are only moved to 0"
        return Affine(mean, np.where(constant, 1.0, deviation), text)
