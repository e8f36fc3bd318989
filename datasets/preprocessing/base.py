"""What preprocessing is: a rule that is fitted on the training part and then applied to every part alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from vitrine.core.errors import SpecError, shown
from vitrine.core.spec import Registry, Spec

CHUNK = 2_000  # examples: statistics of whole images need no float64 copy of all of them
SCOPES = ("auto", "each feature", "all values")


@dataclass(frozen=True)
class Affine:
    """x' = (x - offset) / scale, with offset and scale broadcast over examples; what any fitted preprocessing is."""

    offset: np.ndarray
    scale: np.ndarray
    text: str

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Preprocessed values as a fresh float32 array."""
        if x.dtype == np.float64:  # small differences of large numbers: subtract before rounding
            return np.asarray((x - self.offset) / self.scale, np.float32)
        result = x.astype(np.float32)
        if np.any(self.offset):
            result -= self.offset.astype(np.float32)
        if np.any(self.scale != 1.0):
            result /= self.scale.astype(np.float32)
        return result

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Values as the source had them, float32."""
        return np.asarray(x * self.scale + self.offset, np.float32)


class Preprocessing(Spec, abstract=True):
    """`fit` looks at the training part only, so that nothing of the other parts leaks into training."""

    registry: ClassVar[Registry[Preprocessing]] = Registry("preprocessing")

    @classmethod
    def prove(cls) -> None:
        """Raises what contributed preprocessing raises where it can't be fitted, or applied."""
        super().prove()
        for element, shape in (("table", (6, 2)), ("image", (6, 4, 4, 1))):
            x = np.linspace(-1.0, 2.0, prod(shape), dtype=np.float32).reshape(shape)
            found = cls().fit(x, element)(x)
            if not isinstance(found, np.ndarray) or found.shape != shape or not np.isfinite(found).all():
                raise SpecError(f"what it makes must be finite numbers of shape {shape}, not {shown(getattr(found, 'shape', found))}")

    def fit(self, x: np.ndarray, element: str) -> Affine:
        """The transform for data like `x` (N, *shape), the training part; `element` as in `vitrine.datasets.base.Info`."""
        raise NotImplementedError(type(self).__name__)


def whole(scope: str, element: str) -> bool:
    """Whether one pair of numbers serves all values. "auto": yes for images, whose pixels are one quantity."""
    return element == "image" if scope == "auto" else scope == "all values"


def axes(x: np.ndarray, one_pair: bool, element: str) -> tuple[int, ...]:
    """The axes to take statistics over: all, or examples (and, in a sequence, its time steps)."""
    if one_pair:
        return tuple(range(x.ndim))
    return (0, 1) if element == "sequence" and x.ndim == 3 else (0,)


def chunks(x: np.ndarray) -> Iterator[np.ndarray]:
    """`x` in float64, some thousand examples at a time."""
    for start in range(0, len(x), CHUNK):
        yield x[start : start + CHUNK].astype(np.float64)


def numbers(values: np.ndarray) -> str:
    """A statistic in words: its one value, or its range over features."""
    low, high = float(values.min()), float(values.max())
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g} by feature"
