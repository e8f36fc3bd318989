"""XOR over the plane: the sign of a product."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.datasets.points import Points


class Quadrants(Points):
    """x1, x2 in ±(0.3, 5.3); positive where x1 x2 is. Noise moves the point that the label is read from."""

    title: ClassVar[str] = "Exclusive or, in the plane"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "XOR as a cloud of points: opposite quadrants belong together."

    def draw(self, rng: np.random.Generator, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = rng.uniform(-5.0, 5.0, (len(positive), 2))
        x[:, 1] = np.where(positive, 1.0, -1.0) * np.sign(x[:, 0]) * np.abs(x[:, 1])
        x += 0.3 * np.sign(x)
        judged = x + rng.uniform(-5.0, 5.0, x.shape) * self.noise
        return x, judged[:, 0] * judged[:, 1] >= 0
