"""What the problems in the plane share: two coordinates, two classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.spec import hp
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw


class Points(DatasetSpec, abstract=True):
    """Points (x1, x2) drawn from a seed, one half of each class. Subclasses give `draw`."""

    group: ClassVar[str] = "Points in the plane"
    source: ClassVar[str] = "Computed by the app, as TensorFlow Playground does (Smilkov and others, 2017)."

    samples: int = hp(default=500, help="Number of points", minimum=10, maximum=1_000_000)
    noise: float = hp(default=0.0, help="How much the classes run into each other", minimum=0.0, maximum=1.0, step=0.05)
    seed: int = hp(default=0, help="Seed of the points: the same seed draws the same points", minimum=0, maximum=2**31 - 1, advanced=True)

    def describe(self) -> Info:
        return Info(
            name=self.title,
            element="points",
            input_shape=(2,),
            task=Task.named("classification"),
            class_names=("negative", "positive"),
            feature_names=("x1", "x2"),
            count=self.samples,
            source=self.source,
        )

    def load(self) -> Raw:
        rng = np.random.default_rng(self.seed)
        positive = np.arange(self.samples) % 2 == 0
        x, y = self.draw(rng, positive)
        return Raw(x.astype(np.float32), y.astype(np.int64))

    def draw(self, rng: np.random.Generator, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, 2) and whether each is positive; `positive` says of which class it was drawn."""
        raise NotImplementedError(type(self).__name__)
