"""One value for all."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer
from vitrine.core.spec import hp


class Constant(Initializer):
    """W = value. For biases: 0.1 keeps ReLU units alive at the start."""

    title: ClassVar[str] = "constant"
    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "One value for all: for biases, such as 0.1 before a ReLU."
    formula: ClassVar[str] = "W = value"

    value: float = hp(default=0.1, help="The value", minimum=-1e6, maximum=1e6, step=0.1)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return np.full(shape, self.value)
