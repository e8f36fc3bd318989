"""What an initializer is: a distribution for the first weights of a layer."""

from __future__ import annotations

from math import prod
from typing import ClassVar

import numpy as np

from vitrine.core.spec import Registry, Spec


class Initializer(Spec, abstract=True):
    """Draws first values for a parameter. Subclasses give `sample`; values are cast to the network's dtype."""

    registry: ClassVar[Registry[Initializer]] = Registry("initializer")

    def drawn_values(self, shape: tuple[int, ...]) -> int:
        """Values (of four bytes) held at once while such an array is drawn: default two arrays in float64."""
        return 4 * prod(shape)

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """What drawing takes beside the drawing itself."""
        return 0

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """An array of `shape`; `fan_in` and `fan_out` count the connections into and out of one unit."""
        raise NotImplementedError(type(self).__name__)
