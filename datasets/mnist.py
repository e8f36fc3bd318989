"""MNIST from its four idx files."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from vitrine.core.errors import DataError
from vitrine.core.spec import hp
from vitrine.datasets.base import Info, Raw
from vitrine.datasets.folders import VARIABLE, find, user_folder
from vitrine.datasets.idx import read_header, read_idx
from vitrine.datasets.images import LabelledImages

PARTS = (("train", 3), ("train", 1), ("t10k", 3), ("t10k", 1))


def file_name(part: str, dimensions: int) -> str:
    """Name of the file of a part: images have three dimensions, labels one."""
    return f"{part}-{'images' if dimensions == 3 else 'labels'}-idx{dimensions}-ubyte"


class MNIST(LabelledImages):
    """60,000 handwritten digits of 28 × 28 pixels, values 0 to 255, and 10,000 by other writers for testing.

    LeCun, Bottou, Bengio and Haffner, 1998: Gradient-based learning applied to document recognition.
    """

    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "70,000 handwritten digits of 28 × 28 pixels, from files of your own."

    folder: str | None = hp(
        default=None,
        help=f"Folder with the four idx files, .gz or plain; empty: {VARIABLE}, then your data folder",
        kind="path",
        optional=True,
    )

    def _path(self, part: str, dimensions: int) -> Path:
        name = file_name(part, dimensions)
        advice = f"choose the folder that holds the four files of MNIST, or put them in {user_folder() / 'mnist'}"
        others = [f"{file_name(*other)}.gz" for other in PARTS if other != (part, dimensions)]
        more = f"; the others are {', '.join(others[:-1])} and {others[-1]}, offered in many places"
        return find([name + ".gz", name, name.replace("-idx", ".idx")], "mnist", self.folder, advice, more)

    def describe(self) -> Info:
        sizes = [read_header(self._path(part, dimensions), dimensions) for part, dimensions in PARTS]
        self._check_sizes(sizes)
        source = f"The MNIST database of handwritten digits, from {self._path('train', 3).parent}."
        return self.info((*sizes[0][1:], 1), tuple("0123456789"), sizes[0][0] + sizes[2][0], source)

    def _check_sizes(self, sizes: list[tuple[int, ...]]) -> None:
        for images, labels, part in ((sizes[0], sizes[1], "train"), (sizes[2], sizes[3], "t10k")):
            if images[0] != labels[0]:
                raise DataError(
                    f"{self._path(part, 1)} holds {labels[0]:,} labels for the {images[0]:,} images of {self._path(part, 3)}: "
                    "the files don't belong together"
                )
        if sizes[0][1:] != sizes[2][1:]:
            raise DataError(f"{self._path('t10k', 3)} has images of another size than {self._path('train', 3)}")

    def load(self) -> Raw:
        x, y, x_test, y_test = (read_idx(self._path(part, dimensions), dimensions) for part, dimensions in PARTS)
        self._check_sizes([x.shape, y.shape, x_test.shape, y_test.shape])
        images = np.concatenate([x, x_test])[..., None]
        labels = np.concatenate([y, y_test]).astype(np.int64)
        return Raw(images, labels, test_rows=np.arange(len(x), len(images)))
