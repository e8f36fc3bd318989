"""Two arms of a spiral."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.datasets.points import Points


class Spiral(Points):
    """Point i of n of an arm: radius 5 i/n, angle 3.5 pi i/n, half a turn apart; noise moves the points."""

    rank: ClassVar[int] = 23
    summary: ClassVar[str] = "Two intertwined arms: needs depth, or well chosen inputs."

    def draw(self, rng: np.random.Generator, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        share = (np.arange(len(positive)) // 2) / (len(positive) / 2)
        angle = 3.5 * np.pi * share + np.where(positive, 0.0, np.pi)
        x = 5.0 * share[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        return x + rng.uniform(-1.0, 1.0, x.shape) * self.noise, positive
