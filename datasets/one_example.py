"""One number in, one number wanted: the smallest dataset there is."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.spec import hp
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw


class OneExample(DatasetSpec):
    """One example (x, target), to follow a single neuron's gradient with all numbers."""

    title: ClassVar[str] = "One example"
    group: ClassVar[str] = "Curves"
    rank: ClassVar[int] = 36
    summary: ClassVar[str] = "One input and its target: enough to see what a gradient does."

    x: float = hp(default=1.0, help="The input", minimum=-1e6, maximum=1e6, label="Input")
    target: float = hp(default=1.0, help="What the network shall say", minimum=-1e6, maximum=1e6)

    def describe(self) -> Info:
        return Info(
            name=self.title,
            element="table",
            input_shape=(1,),
            task=Task.named("regression"),
            target_shape=(1,),
            feature_names=("x",),
            target_names=("y",),
            count=1,
            source="Two numbers of your choice.",
        )

    def load(self) -> Raw:
        return Raw(np.array([[self.x]]), np.array([[self.target]]))
