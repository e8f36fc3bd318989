"""The Playground's first weights."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer


class Playground(Initializer):
    """W ~ U[-0.5, 0.5), as in the TensorFlow Playground, where biases start at 0.1. Smilkov and others, 2017."""

    title: ClassVar[str] = "Playground"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "The range that the TensorFlow Playground uses, for its small nets; set biases to a constant 0.1."
    formula: ClassVar[str] = "U[-0.5, 0.5)"

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        return rng.uniform(-0.5, 0.5, shape)
