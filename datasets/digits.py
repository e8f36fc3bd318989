"""Handwritten digits that come with scikit-learn: no download."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from datasets.base import DatasetSpec, Info, Raw


class Digits(DatasetSpec):
    """1,797 real handwritten digits of 8 × 8 pixels, values 0 to 16.

    Alpaydin and Kaynak, 1998: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.
    """

    title: ClassVar[str] = "Digits 8 × 8"
    group: ClassVar[str] = "Images"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "1,797 small handwritten digits; come with the app and train in seconds."

    def describe(self) -> Info:
        return Info(
            name=self.title,
            element="image",
            input_shape=(8, 8, 1),
            task="classification",
            class_names=tuple("0123456789"),
            count=1797,
            source="Optical Recognition of Handwritten Digits (UCI), as it comes with scikit-learn.",
        )

    def load(self) -> Raw:
        from sklearn.datasets import load_digits

        found = load_digits()
        return Raw(found.images.astype(np.uint8)[..., None], found.target.astype(np.int64))
