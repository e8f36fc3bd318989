"""MNIST: softmax regression, deep networks, the convolutional network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from benchmarks.results.row import SEEDS, Detail, Figure, Row, at_least, described
from benchmarks.results.runs import Runs


class SoftmaxRegression(Row):
    lecture: ClassVar[str] = "L5"
    title: ClassVar[str] = "softmax regression on MNIST"
    rank: ClassVar[float] = 5
    long: ClassVar[bool] = True

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        yield at_least("784-10, test accuracy", "90.23 %", runs.seeds("mnist_softmax", SEEDS), 0.92)


class DeepNets(Row):
    lecture: ClassVar[str] = "L6"
    title: ClassVar[str] = "deep nets on MNIST"
    rank: ClassVar[float] = 6
    long: ClassVar[bool] = True

    NETS: ClassVar[tuple[tuple[str, str, str, float], ...]] = (
        ("4 layers, ReLU, plain normal initial weights", "mnist_normal_init", "94.55 %", 0.945),
        ("4 layers, good initial weights", "mnist_mlp", "97.83 %", 0.978),
        ("6 layers, good initial weights", "mnist_six_layers", "97.23 %", 0.972),
        ("with dropout of 0.3", "mnist_dropout", "98.13 %", 0.981),
    )

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        for what, example, lecture, wanted in self.NETS:
            yield at_least(f"{what}, test accuracy", lecture, runs.seeds(example, SEEDS), wanted)


class Convolutional(Row):
    lecture: ClassVar[str] = "L7"
    title: ClassVar[str] = "CNN on MNIST"
    rank: ClassVar[float] = 7
    long: ClassVar[bool] = True

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        found = runs.seeds("mnist_cnn", SEEDS)
        yield at_least("test accuracy", "over 99 %", found, 0.992, target="at least 99.2 % within 10 epochs")
        seconds = float(np.mean([r.result["seconds"] / r.result["epochs"] for r in found]))
        yield Figure("seconds an epoch", "63 (four cores of 2014), 5.5 (GTX 970)", f"{seconds:.0f}", described(found))
        yield at_least("test accuracy after 2 epochs", "", runs.seeds("mnist_cnn", SEEDS, epochs=2), 0.985)


class Digits(Row):
    lecture: ClassVar[str] = "digits"
    title: ClassVar[str] = "the examples to start with"
    rank: ClassVar[float] = 7.5

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        for example, wanted in (("digits_softmax", 0.95), ("digits_mlp", 0.97), ("digits_cnn", 0.97)):
            yield at_least("8 × 8 digits, test accuracy", "", runs.seeds(example, SEEDS), wanted)
