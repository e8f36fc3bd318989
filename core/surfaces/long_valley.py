"""A long valley."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from vitrine.core.surfaces.base import Point, Surface


class LongValley(Surface):
    """f(x, y) = x^2 / 400 + y^2. Curvature across is 400 times that along, which bounds the rate of gradient descent.

    The narrow quadratic of Polyak, 1964, section 3; raced in A. Radford's pictures, 2014.
    """

    title: ClassVar[str] = "Long valley"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "The walls bound the rate, so plain SGD creeps along the floor; momentum and a rate for each weight run."
    formula: ClassVar[str] = "f(x, y) = x^2 / 400 + y^2"
    source: ClassVar[str] = "Polyak, 1964; pictures by Radford, 2014"
    x_range: ClassVar[Point] = (-10.0, 4.0)
    y_range: ClassVar[Point] = (-2.5, 2.5)
    start: ClassVar[Point] = (-9.0, 2.0)
    steps: ClassVar[int] = 200
    minima: ClassVar[tuple[Point, ...]] = ((0.0, 0.0),)
    logarithmic: ClassVar[bool] = True
    rates: ClassVar[Mapping[str, float]] = {
        "SGD": 0.8, "Momentum": 0.4, "Nesterov": 0.4, "Adagrad": 1.0, "Adadelta": 20.0, "RMSProp": 0.1,
        "Adam": 0.2, "AdaMax": 0.3, "Nadam": 0.2,
    }  # fmt: skip

    def value(self, x: Any, y: Any) -> Any:
        return x * x / 400 + y * y

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        return x / 200, 2 * y
