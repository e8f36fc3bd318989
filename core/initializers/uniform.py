"""The uniform distribution."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer
from vitrine.core.spec import FieldProblem, hp


class Uniform(Initializer):
    """W ~ U[low, high), whatever the size of the layer."""

    title: ClassVar[str] = "uniform"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "All values of a range alike: one range for every layer, small or large."
    formula: ClassVar[str] = "U[low, high)"

    low: float = hp(default=-0.05, help="Smallest value", minimum=-1e6, maximum=1e6, step=0.01)
    high: float = hp(default=0.05, help="Largest value", minimum=-1e6, maximum=1e6, step=0.01)

    def problems(self) -> list[FieldProblem]:
        found = super().problems()
        if not found and self.low > self.high:
            found.append(FieldProblem("high", "High", f"must be at least Low ({self.low:g}), not {self.high:g}"))
        return found

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return rng.uniform(self.low, self.high, shape)
