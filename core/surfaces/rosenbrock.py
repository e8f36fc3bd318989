"""Rosenbrock's function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from vitrine.core.surfaces.base import Point, Surface


class Rosenbrock(Surface):
    """f(x, y) = (1 - x)^2 + 100 (y - x^2)^2; lowest, 0, at (1, 1). Rosenbrock, 1960."""

    title: ClassVar[str] = "Rosenbrock's banana"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "A valley that bends: to find its floor is easy, to follow it is not."
    formula: ClassVar[str] = "f(x, y) = (1 - x)^2 + 100 (y - x^2)^2"
    source: ClassVar[str] = "Rosenbrock, 1960"
    x_range: ClassVar[Point] = (-1.8, 1.8)
    y_range: ClassVar[Point] = (-0.7, 2.2)
    start: ClassVar[Point] = (-1.2, 1.0)
    steps: ClassVar[int] = 800
    minima: ClassVar[tuple[Point, ...]] = ((1.0, 1.0),)
    logarithmic: ClassVar[bool] = True
    rates: ClassVar[Mapping[str, float]] = {
        "SGD": 0.001, "Momentum": 0.001, "Nesterov": 0.001, "Adagrad": 1.0, "Adadelta": 0.5, "RMSProp": 0.005,
        "Adam": 0.2, "AdaMax": 0.3, "Nadam": 0.05,
    }  # fmt: skip

    def value(self, x: Any, y: Any) -> Any:
        off = y - x * x
        return (1 - x) * (1 - x) + 100 * off * off

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        off = y - x * x
        return -2 * (1 - x) - 400 * x * off, 200 * off
