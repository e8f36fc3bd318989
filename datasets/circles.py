"""A disc inside a ring."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.datasets.points import Points


class Circles(Points):
    """Positive: radius in [0, 2.5]; negative: in [3.5, 5]. Noise moves the point that the label is read from."""

    title: ClassVar[str] = "Circle"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "A disc of one class inside a ring of the other: no straight line parts them."

    def draw(self, rng: np.random.Generator, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        radius = np.where(positive, rng.uniform(0.0, 2.5, len(positive)), rng.uniform(3.5, 5.0, len(positive)))
        angle = rng.uniform(0.0, 2 * np.pi, len(positive))
        x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        judged = x + rng.uniform(-5.0, 5.0, x.shape) * self.noise
        return x, np.hypot(judged[:, 0], judged[:, 1]) < 2.5 if self.noise else positive
