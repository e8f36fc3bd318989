"""All zeros."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer


class Zeros(Initializer):
    """W = 0. Right for biases; the units of a layer that starts so stay alike for ever."""

    title: ClassVar[str] = "zeros"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "For biases. As weights it shows why symmetry must be broken: all units of a layer stay the same."
    formula: ClassVar[str] = "W = 0"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return np.zeros(shape)
