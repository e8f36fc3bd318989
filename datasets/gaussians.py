"""Two clouds of points."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.datasets.points import Points


class Gaussians(Points):
    """Two normal distributions around (2, 2) and (-2, -2); variance 0.5 without noise, 4 at noise 0.5."""

    title: ClassVar[str] = "Two Gaussians"
    rank: ClassVar[int] = 22
    summary: ClassVar[str] = "Two clouds that one straight line parts, as well as they can be parted."

    def draw(self, rng: np.random.Generator, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        center = np.where(positive, 2.0, -2.0)[:, None]
        return center + rng.normal(0.0, np.sqrt(0.5 + 7.0 * self.noise), (len(positive), 2)), positive
