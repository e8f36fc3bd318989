"""Glorot's (Xavier's) initializers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer


class GlorotUniform(Initializer):
    """W ~ U(-a, a), a = sqrt(6 / (fan_in + fan_out)). Glorot and Bengio, 2010."""

    title: ClassVar[str] = "Glorot (Xavier) uniform"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Keeps the spread of signals and gradients through layers of sigmoid or tanh."
    formula: ClassVar[str] = "U(-a, a), a = sqrt(6 / (fan_in + fan_out))"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        bound = np.sqrt(6.0 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, shape)


class GlorotNormal(Initializer):
    """W ~ N(0, s^2), s = sqrt(2 / (fan_in + fan_out)). Glorot and Bengio, 2010."""

    title: ClassVar[str] = "Glorot (Xavier) normal"
    rank: ClassVar[int] = 41
    summary: ClassVar[str] = "As Glorot uniform, from the normal distribution."
    formula: ClassVar[str] = "N(0, 2 / (fan_in + fan_out))"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return rng.normal(0.0, np.sqrt(2.0 / (fan_in + fan_out)), shape)
