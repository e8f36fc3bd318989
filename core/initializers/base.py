"""What an initializer is: a distribution for the first weights of a layer."""

from __future__ import annotations

from math import prod
from typing import ClassVar

import numpy as np

from vitrine.core.errors import SpecError, shown
from vitrine.core.rng import generator
from vitrine.core.spec import Registry, Spec


class Initializer(Spec, abstract=True):
    """Draws first values for a parameter. Subclasses give `sample`; values are cast to the network's dtype."""

    registry: ClassVar[Registry[Initializer]] = Registry("initializer")

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed initializer raises where it can't draw weights."""
        super().prove()
        for shape in ((3, 4), (3, 3, 2, 4)):
            found = cls().sample(generator(0, "prove"), shape, prod(shape[:-1]), shape[-1])
            if not isinstance(found, np.ndarray) or found.shape != shape or not np.isfinite(found).all():
                raise SpecError(f"what it draws must be finite numbers of shape {shape}, not {shown(getattr(found, 'shape', found))}")

    def drawn_values(self, shape: tuple[int, ...]) -> int:
        """Values (of four bytes) held at once while such an array is drawn: default two arrays in float64."""
        return 4 * prod(shape)

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """What drawing takes beside the drawing itself."""
        return 0

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        """An array of `shape`; `fan_in` and `fan_out` count the connections into and out of one unit."""
        raise NotImplementedError(type(self).__name__)
