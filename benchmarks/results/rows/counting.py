"""Counting weights and updates; the arithmetic of convolution and pooling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from benchmarks.results.row import Detail, Figure, Row
from benchmarks.results.runs import Runs, trainer_for
from vitrine.core.layers.average_pool2d import AveragePool2D
from vitrine.core.layers.base import Layer
from vitrine.core.layers.conv2d import Conv2D
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.layers.max_pool2d import MaxPool2D
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.network.analysis import analyze
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.datasets.gaussians import Gaussians
from vitrine.datasets.preprocessing.none import NoPreprocessing


class Counting(Row):
    lecture: ClassVar[str] = "L11"
    title: ClassVar[str] = "counting"
    rank: ClassVar[float] = 11

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        found = analyze(GraphSpec.chain(Input(), *(Dense(units=n) for n in (16, 16, 9, 9))), (25,))
        weights = sum(p.size for params in found.params.values() for p in params.values() if p.is_weight)
        ours = f"{weights} weights, {found.total_params - weights} biases"
        yield Figure("25-16-16-9-9", "881 weights", ours, "the shapes shown while building", "881", weights == 881)
        updates = updates_an_epoch(10_000, 10)
        yield Figure("10,000 examples at batch 10", "1,000 updates an epoch", f"{updates:,}", "an epoch, counted", "1,000", updates == 1000)


def updates_an_epoch(examples: int, batch: int) -> int:
    """Counted, by training one epoch on points in the plane."""
    experiment = Experiment(
        dataset=Gaussians(samples=examples), preprocessing=NoPreprocessing(), split=Split(train=1.0, validation=0.0),
        graph=GraphSpec.chain(Input(), Dense(units=2)), loss=CategoricalCrossEntropy(), optimizer=SGD(),
        training=Training(batch_size=batch, epochs=1),
    )  # fmt: skip
    trainer = trainer_for(experiment)
    for _ in trainer.run():
        pass
    return trainer.step


class ConvolutionArithmetic(Row):
    lecture: ClassVar[str] = "L12"
    title: ClassVar[str] = "convolution arithmetic"
    rank: ClassVar[float] = 12

    CASES: ClassVar[tuple[tuple[int, int, int, int, int], ...]] = ((4, 3, 0, 1, 2), (5, 3, 0, 2, 2), (5, 4, 2, 1, 6))

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        sizes = [side(Conv2D(filters=1, kernel_size=f, padding=p, stride=s), i) for i, f, p, s, _ in self.CASES]
        wanted = [o for *_, o in self.CASES]
        ours = ", ".join(f"({i}, {f}, {p}, {s}) -> {o}" for (i, f, p, s, _), o in zip(self.CASES, sizes, strict=True))
        theirs = ", ".join(f"({i}, {f}, {p}, {s}) -> {o}" for i, f, p, s, o in self.CASES)
        yield Figure(
            "o = floor((i - f + 2p) / s) + 1 of (i, f, p, s)", theirs, ours, "the shapes shown while building", "the same", sizes == wanted
        )
        pools = [side(layer, 5) for layer in (MaxPool2D(pool_size=3, stride=1), AveragePool2D(pool_size=3, stride=1))]
        yield Figure(
            "maximum and average pooling 5, 3, 1", "3", ", ".join(map(str, pools)), "the shapes shown while building", "3", pools == [3, 3]
        )


def side(layer: Layer, size: int) -> int:
    """The side of what the layer makes of a square image."""
    shape = analyze(GraphSpec.chain(Input(), layer), (size, size, 1)).output_shape
    return int(shape[0]) if shape else 0
