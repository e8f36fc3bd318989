"""What the logic gates share: the four corners of the unit square and their truth values."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.spec import hp
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw


class Gate(DatasetSpec, abstract=True):
    """The four points (0, 0), (1, 0), (0, 1), (1, 1) with the outputs `truth`, each `repeat` times."""

    group: ClassVar[str] = "Logic"
    truth: ClassVar[tuple[int, int, int, int]]

    repeat: int = hp(default=1, help="How many times each of the four points is there", minimum=1, maximum=100_000)
    noise: float = hp(default=0.0, help="Standard deviation of what is added to both inputs", minimum=0.0, maximum=1.0, step=0.05)
    seed: int = hp(default=0, help="Seed of the noise", minimum=0, maximum=2**31 - 1, advanced=True)

    def describe(self) -> Info:
        return Info(
            name=self.title,
            element="points",
            input_shape=(2,),
            task=Task.named("classification"),
            class_names=("0", "1"),
            feature_names=("x1", "x2"),
            count=4 * self.repeat,
            source=f"The truth table of {self.title}.",
        )

    def load(self) -> Raw:
        corners = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], np.float32)
        x = np.tile(corners, (self.repeat, 1))
        if self.noise:
            x += np.random.default_rng(self.seed).normal(0.0, self.noise, x.shape).astype(np.float32)
        return Raw(x, np.tile(np.array(self.truth, np.int64), self.repeat))
