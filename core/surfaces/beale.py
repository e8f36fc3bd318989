"""Beale's function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from vitrine.core.surfaces.base import Point, Surface


class Beale(Surface):
    """f(x, y) = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2; lowest, 0, at (3, 0.5). Beale, 1958.

    Cliffs at the corners beside a flat floor: the first gradients are large, the last ones tiny.
    """

    title: ClassVar[str] = "Beale's function"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Steep at the start and flat at the end: momentum overshoots at first, plain SGD is slow at last."
    formula: ClassVar[str] = "f(x, y) = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2"
    source: ClassVar[str] = "Beale, 1958"
    x_range: ClassVar[Point] = (-1.0, 4.5)
    y_range: ClassVar[Point] = (-1.7, 1.9)
    start: ClassVar[Point] = (1.0, 1.5)
    steps: ClassVar[int] = 600
    minima: ClassVar[tuple[Point, ...]] = ((3.0, 0.5),)
    logarithmic: ClassVar[bool] = True
    rates: ClassVar[Mapping[str, float]] = {
        "SGD": 0.003, "Momentum": 0.003, "Nesterov": 0.003, "Adagrad": 1.5, "Adadelta": 2.0, "RMSProp": 0.01,
        "Adam": 0.1, "AdaMax": 0.6, "Nadam": 0.1,
    }  # fmt: skip

    def value(self, x: Any, y: Any) -> Any:
        first, second, third = _residuals(x, y)
        return first * first + second * second + third * third

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        first, second, third = _residuals(x, y)
        along_x = 2 * (first * (y - 1) + second * (y * y - 1) + third * (y * y * y - 1))
        along_y = 2 * x * (first + 2 * second * y + 3 * third * y * y)
        return along_x, along_y


def _residuals(x: Any, y: Any) -> tuple[Any, Any, Any]:
    return 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y
