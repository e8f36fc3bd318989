"""LeCun's initializers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer


class LeCunUniform(Initializer):
    """W ~ U(-a, a), a = sqrt(3 / fan_in). LeCun, Bottou, Orr and Müller, 1998."""

    title: ClassVar[str] = "LeCun uniform"
    rank: ClassVar[int] = 60
    summary: ClassVar[str] = "Gives every unit's sum the spread of its inputs: for tanh, and for SELU."
    formula: ClassVar[str] = "U(-a, a), a = sqrt(3 / fan_in)"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        bound = np.sqrt(3.0 / fan_in)
        return rng.uniform(-bound, bound, shape)


class LeCunNormal(Initializer):
    """W ~ N(0, s^2), s = sqrt(1 / fan_in). LeCun, Bottou, Orr and Müller, 1998."""

    title: ClassVar[str] = "LeCun normal"
    rank: ClassVar[int] = 61
    summary: ClassVar[str] = "As LeCun uniform, from the normal distribution."
    formula: ClassVar[str] = "N(0, 1 / fan_in)"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return rng.normal(0.0, np.sqrt(1.0 / fan_in), shape)
