"""The normal distribution."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer
from vitrine.core.spec import hp


class Normal(Initializer):
    """W ~ N(0, std^2), whatever the size of the layer."""

    title: ClassVar[str] = "normal"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "One spread for every layer: too wide for large layers, too narrow for small ones."
    formula: ClassVar[str] = "N(0, std^2)"

    std: float = hp(default=0.05, help="Standard deviation", minimum=0.0, maximum=1000.0, step=0.01, label="Spread")

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return rng.normal(0.0, self.std, shape)
