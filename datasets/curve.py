"""A curve to approximate: one input, one output."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from vitrine.core.spec import hp
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw

CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sine": lambda x: np.sin(np.pi * x),
    "two waves": lambda x: 0.6 * np.sin(np.pi * x) + 0.4 * np.sin(3 * np.pi * x),
    "step": lambda x: np.where(x > 0, 1.0, -1.0),
    "triangle": lambda x: 1.0 - 2.0 * np.abs(x),
    "parabola": lambda x: 2.0 * x**2 - 1.0,
    "bump": lambda x: 2.0 * np.exp(-(x**2) / 0.08) - 1.0,
}


class Curve(DatasetSpec):
    """y = f(x) + noise, x evenly spread over [-1, 1], f(x) within [-1, 1]."""

    title: ClassVar[str] = "Curve"
    group: ClassVar[str] = "Curves"
    rank: ClassVar[int] = 35
    summary: ClassVar[str] = "A function of one number: watch units add up to any curve."
    formula: ClassVar[str] = "y = f(x)"

    function: str = hp(default="two waves", help="The curve", choices=tuple(CURVES))
    samples: int = hp(default=200, help="Number of points", minimum=10, maximum=1_000_000)
    noise: float = hp(default=0.0, help="Standard deviation of what is added to y", minimum=0.0, maximum=10.0, step=0.05)
    seed: int = hp(default=0, help="Seed of the noise", minimum=0, maximum=2**31 - 1, advanced=True)

    def describe(self) -> Info:
        return Info(
            name=self.title,
            element="table",
            input_shape=(1,),
            task=Task.named("regression"),
            target_shape=(1,),
            feature_names=("x",),
            target_names=("y",),
            count=self.samples,
            source=f"Computed by the app: {self.function}.",
        )

    def load(self) -> Raw:
        x = np.linspace(-1.0, 1.0, self.samples)[:, None]
        y = CURVES[self.function](x)
        if self.noise:
            y = y + np.random.default_rng(self.seed).normal(0.0, self.noise, y.shape)
        return Raw(x, y)
