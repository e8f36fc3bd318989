"""All ones."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer


class Ones(Initializer):
    """W = 1. For gains; the units of a layer that starts so stay alike for ever."""

    title: ClassVar[str] = "ones"
    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Every weight the same: as with zeros, the units of a layer never learn apart."
    formula: ClassVar[str] = "W = 1"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return np.ones(shape)
