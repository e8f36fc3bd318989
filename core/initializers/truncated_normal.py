"""The normal distribution without its tails."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer
from vitrine.core.spec import hp

CUT = 2.0


class TruncatedNormal(Initializer):
    """W ~ N(0, std^2), values beyond 2 std drawn again."""

    title: ClassVar[str] = "truncated normal"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Normal without the rare large weights that would saturate a unit from the start."
    formula: ClassVar[str] = "N(0, std^2) where |W| <= 2 std"

    std: float = hp(
        default=0.05, help="Standard deviation before the tails are cut", minimum=0.0, maximum=1000.0, step=0.01, label="Spread"
    )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        drawn = rng.standard_normal(shape)
        outside = np.abs(drawn) > CUT
        while outside.any():
            drawn[outside] = rng.standard_normal(int(outside.sum()))
            outside = np.abs(drawn) > CUT
        return drawn * self.std
