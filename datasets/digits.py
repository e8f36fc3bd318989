"""Handwritten digits that come with scikit-learn: no download."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.datasets.base import Info, Raw
from vitrine.datasets.images import LabelledImages


class Digits(LabelledImages):
    """1,797 real handwritten digits of 8 × 8 pixels, values 0 to 16.

    Alpaydin and Kaynak, 1998: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.
    """

    title: ClassVar[str] = "Digits 8 × 8"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "1,797 small handwritten digits; come with the app and train in seconds."

    def describe(self) -> Info:
        source = "Optical Recognition of Handwritten Digits (UCI), as it comes with scikit-learn."
        return self.info((8, 8, 1), tuple("0123456789"), 1797, source)

    def load(self) -> Raw:
        from sklearn.datasets import load_digits

        found = load_digits()
        return Raw(found.images.astype(np.uint8)[..., None], found.target.astype(np.int64))
