"""Handwritten digits that come with scikit-learn: no download."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path
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
        table = _table().astype(np.uint8)
        return Raw(table[:, :-1].reshape(-1, 8, 8, 1).copy(), table[:, -1].astype(np.int64))


def _table() -> np.ndarray:
    """A row an image: 64 pixels and the digit. Read from scikit-learn's file, as its import alone takes over a second."""
    package = find_spec("sklearn")
    file = Path(package.origin if package is not None and package.origin else "").parent / "datasets" / "data" / "digits.csv.gz"
    if file.is_file():
        with gzip.open(file, "rt", encoding="ascii") as lines:
            return np.loadtxt(lines, delimiter=",")
    from sklearn.datasets import load_digits  # not where it was, or packed away

    found = load_digits()
    return np.column_stack([found.data, found.target])
