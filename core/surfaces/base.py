"""What a surface is: a function of two variables to watch an optimizer descend."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import SpecError, VitrineError, shown
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.pictures.mosaic import TOP
from vitrine.core.spec import Registry, Spec

Point = tuple[float, float]

BANDS = 14  # filled levels of the picture


class Surface(Spec, abstract=True):
    """f(x, y) with its gradient, where to look at it, where to start, and rates at which optimizers show what they are.

    `value` and `gradient` take floats or arrays of one shape and return the like. They multiply rather than raise to a
    power, so that floats overflow to infinity instead of raising.
    """

    registry: ClassVar[Registry[Surface]] = Registry("surface")
    x_range: ClassVar[Point] = (-1.0, 1.0)
    y_range: ClassVar[Point] = (-1.0, 1.0)
    start: ClassVar[Point] = (0.5, 0.5)
    steps: ClassVar[int] = 200
    minima: ClassVar[tuple[Point, ...]] = ()
    lowest: ClassVar[float] = 0.0  # the value there
    logarithmic: ClassVar[bool] = False  # levels by powers of the height above the lowest
    rates: ClassVar[Mapping[str, float]] = {}  # learning rate by the optimizer's type
    source: ClassVar[str] = ""

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed surface raises where it can't be drawn, or descended from its start."""
        super().prove()
        surface = cls()
        picture(surface, 4, 3)
        slope = [float(part) for part in surface.gradient(*map(float, cls.start))]
        if len(slope) != 2 or not np.isfinite(slope).all():
            raise SpecError(f"the gradient at its start must be two finite numbers, not {shown(slope)}")

    def value(self, x: Any, y: Any) -> Any:
        """f(x, y)."""
        raise NotImplementedError(type(self).__name__)

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """(df/dx, df/dy)."""
        raise NotImplementedError(type(self).__name__)

    def entrant(self, kind: type[Optimizer], factor: float = 1.0) -> Optimizer:
        """An optimizer of that type at the rate declared for this surface (else its own default), times `factor`."""
        default = kind()
        return default.replace(learning_rate=factor * self.rates.get(kind.__name__, default.learning_rate))

    def distance(self, x: float, y: float) -> float:
        """How far (x, y) lies from the nearest minimum; infinite where there is none."""
        return min((float(np.hypot(x - a, y - b)) for a, b in self.minima), default=float("inf"))


def picture(surface: Surface, width: int = 400, height: int = 300) -> np.ndarray:
    """Codes from 0 (lowest) to 254 in BANDS filled levels, uint8 (height, width), read-only; the highest y is the top row.

    Computed once for each surface and size. Raises VitrineError for a size without pixels.
    """
    if width < 1 or height < 1:
        raise VitrineError(f"a picture of {width} x {height} pixels has nothing to show: give at least 1 x 1")
    return _picture(surface, width, height)


@lru_cache(maxsize=16)
def _picture(surface: Surface, width: int, height: int) -> np.ndarray:
    (left, right), (bottom, top) = surface.x_range, surface.y_range
    x = left + (np.arange(width) + 0.5) / width * (right - left)
    y = top - (np.arange(height) + 0.5) / height * (top - bottom)
    heights = surface.value(*np.meshgrid(x, y))
    if surface.logarithmic:
        heights = np.log10(np.maximum(heights - surface.lowest, 1e-2))
    low, high = float(heights.min()), float(heights.max())
    share = (heights - low) / (high - low if high > low else 1.0)
    codes = np.minimum((share * BANDS).astype(int), BANDS - 1) * TOP // (BANDS - 1)
    found = np.asarray(codes, np.uint8)
    found.setflags(write=False)
    return found
