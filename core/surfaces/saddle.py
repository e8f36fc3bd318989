"""A saddle point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from vitrine.core.surfaces.base import Point, Surface


class Saddle(Surface):
    """f(x, y) = x^2 - y^2 + y^4 / 8: a saddle point at (0, 0), minima of -2 at (0, -2) and (0, 2).

    The quartic only keeps the ways out from falling for ever. Dauphin and others, 2014; raced in A. Radford's pictures, 2014.
    """

    title: ClassVar[str] = "Saddle point"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Started a hair off the ridge, plain SGD stays at the saddle; momentum and a rate for each weight get away."
    formula: ClassVar[str] = "f(x, y) = x^2 - y^2 + y^4 / 8"
    source: ClassVar[str] = "Dauphin and others, 2014; pictures by Radford, 2014"
    x_range: ClassVar[Point] = (-1.8, 1.8)
    y_range: ClassVar[Point] = (-2.6, 2.6)
    start: ClassVar[Point] = (1.5, 0.001)
    steps: ClassVar[int] = 160
    minima: ClassVar[tuple[Point, ...]] = ((0.0, -2.0), (0.0, 2.0))
    lowest: ClassVar[float] = -2.0
    rates: ClassVar[Mapping[str, float]] = {
        "SGD": 0.01, "Momentum": 0.01, "Nesterov": 0.01, "Adagrad": 0.2, "Adadelta": 5.0, "RMSProp": 0.02,
        "Adam": 0.03, "AdaMax": 0.03, "Nadam": 0.03,
    }  # fmt: skip

    def value(self, x: Any, y: Any) -> Any:
        return x * x - y * y + y * y * y * y / 8

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        return 2 * x, y * y * y / 2 - 2 * y
