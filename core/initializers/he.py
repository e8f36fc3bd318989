"""He's initializers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer


class HeUniform(Initializer):
    """W ~ U(-a, a), a = sqrt(6 / fan_in). He, Zhang, Ren and Sun, 2015."""

    title: ClassVar[str] = "He uniform"
    rank: ClassVar[int] = 50
    summary: ClassVar[str] = "Keeps the spread of signals through layers of ReLU, which stop half of what comes in."
    formula: ClassVar[str] = "U(-a, a), a = sqrt(6 / fan_in)"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        bound = np.sqrt(6.0 / fan_in)
        return rng.uniform(-bound, bound, shape)


class HeNormal(Initializer):
    """W ~ N(0, s^2), s = sqrt(2 / fan_in). He, Zhang, Ren and Sun, 2015."""

    title: ClassVar[str] = "He normal"
    rank: ClassVar[int] = 51
    summary: ClassVar[str] = "As He uniform, from the normal distribution."
    formula: ClassVar[str] = "N(0, 2 / fan_in)"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return rng.normal(0.0, np.sqrt(2.0 / fan_in), shape)
