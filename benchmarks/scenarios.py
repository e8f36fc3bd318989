"""The nets that are measured, with data of their own: real shapes, made-up values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vitrine.core.errors import SpecError
from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import Registry
from vitrine.core.tasks.base import Task
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Info


@dataclass(frozen=True)
class Arrays:
    """Training data in memory; there is no validation or test part."""

    info: Info
    x: np.ndarray
    y: np.ndarray

    def split(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return (self.x, self.y) if name == "train" else (self.x[:0], self.y[:0])


Build = Callable[[bool], list[Any]]


@dataclass(frozen=True)
class Scenario:
    """layers(dropout): the net as (type name, settings) pairs; without dropout for the check of equal work."""

    name: str
    title: str
    input_shape: tuple[int, ...]
    outputs: int
    layers: Build
    batch: int
    optimizer: dict[str, Any]
    loss: str = "CategoricalCrossEntropy"
    count: int = 4000
    wanted: float | None = None
    steps: int = field(default=10)
    alike: float = 1e-5  # how far losses may be from the rival's after those steps, relative: float32 rounds at 1e-7

    @property
    def classes(self) -> bool:
        return self.loss == "CategoricalCrossEntropy"

    def data(self, seed: int = 0) -> Arrays:
        rng = np.random.default_rng(seed)
        x = rng.random((self.count, *self.input_shape), np.float32)
        x *= rng.random(x.shape, np.float32) < 0.4  # most of an image is background
        if self.classes:
            info = Info(self.name, "image", self.input_shape, Task.named("classification"), tuple(map(str, range(self.outputs))))
            return Arrays(info, x, rng.integers(0, self.outputs, self.count))
        info = Info(self.name, "table", self.input_shape, Task.named("regression"), target_shape=(self.outputs,))
        return Arrays(info, x, (rng.random((self.count, self.outputs)) < 0.5).astype(np.float32))

    def experiment(self, dropout: bool = True, batch: int | None = None) -> Experiment:
        """Raises SpecError where a type does not exist."""
        chain = [Layer.from_json({"type": kind, **settings}) for kind, settings in self.layers(dropout)]
        return Experiment(
            dataset=Registry.of("dataset").get("Xor")(),
            preprocessing=Registry.of("preprocessing").get("NoPreprocessing")(),
            graph=GraphSpec.chain(Layer.from_json("Input"), *chain),
            loss=Loss.from_json(self.loss),
            optimizer=Optimizer.from_json(self.optimizer),
            training=Training(batch_size=batch or self.batch, epochs=1_000_000),
        )

    def trainer(self, dropout: bool = True, batch: int | None = None) -> Trainer:
        return Trainer(self.experiment(dropout, batch), self.data())

    def available(self) -> bool:
        try:
            self.experiment()
        except SpecError:
            return False
        return True


def _dense(units: int, activation: str = "Linear") -> tuple[str, dict[str, Any]]:
    return "Dense", {"units": units, "activation": activation}


def _conv(filters: int, size: int = 3, activation: str = "ReLU", use_bias: bool = True) -> tuple[str, dict[str, Any]]:
    return "Conv2D", {"filters": filters, "kernel_size": size, "padding": "same", "activation": activation, "use_bias": use_bias}


POOL = ("MaxPool2D", {"padding": "same"})


def _drop(rate: float, on: bool) -> list[tuple[str, dict[str, Any]]]:
    return [("Dropout", {"rate": rate})] if on else []


def mlp(dropout: bool, width: int = 256) -> list[Any]:
    return [part for _ in range(4) for part in (_dense(width, "ReLU"), *_drop(0.3, dropout))] + [_dense(10)]


def lecture_cnn(dropout: bool) -> list[Any]:
    maps = [part for filters in (32, 64, 128) for part in (_conv(filters), POOL, *_drop(0.2, dropout))]
    return [*maps, ("Flatten", {}), _dense(625, "ReLU"), *_drop(0.5, dropout), _dense(10)]


def small_cnn(dropout: bool) -> list[Any]:
    return [_conv(8, 5), POOL, _conv(16, 5), POOL, ("Flatten", {}), _dense(10)]


def norm_cnn(dropout: bool) -> list[Any]:
    # no bias before BatchNorm, which takes it off again: its gradient would be rounding noise
    maps: list[Any] = [
        (_conv(f, activation="Linear", use_bias=False), ("BatchNorm", {}), ("Activation", {"activation": "ReLU"}), POOL) for f in (32, 64)
    ]
    return [*(part for group in maps for part in group), ("Flatten", {}), _dense(10)]


def _recurrent(kind: str, units: int, outputs: int, **settings: Any) -> Build:
    return lambda dropout: [(kind, {"units": units, **settings}), _dense(outputs)]


ADAM, SGD = {"type": "Adam", "learning_rate": 0.001}, {"type": "SGD", "learning_rate": 0.1}

SCENARIOS = (
    Scenario("S1", "softmax 784-10, SGD", (784,), 10, lambda d: [_dense(10)], 100, SGD, wanted=2.0),
    Scenario("S2", "784-256x4-10 ReLU, dropout, Adam", (784,), 10, mlp, 100, ADAM, wanted=1.8),
    Scenario("S3", "lecture's CNN, RMSProp", (28, 28, 1), 10, lecture_cnn, 128, {"type": "RMSProp", "learning_rate": 0.001}, wanted=1.0, alike=1e-3),
    Scenario("S4", "CNN 5x5x8-5x5x16, Adam", (28, 28, 1), 10, small_cnn, 32, ADAM, wanted=0.5),
    Scenario("S5", "LSTM 7x5-10-1, Adam", (7, 5), 1, _recurrent("LSTM", 10, 1, forget_bias=0.0), 64, ADAM, "MeanSquaredError", 500, wanted=3.0),
    Scenario("S6", "LSTM 28x28-128-10, Adam", (28, 28), 10, _recurrent("LSTM", 128, 10, forget_bias=0.0), 128, ADAM, wanted=0.65),
    Scenario("S7", "2-4-2-1 tanh, SGD", (2,), 1, lambda d: [_dense(4, "Tanh"), _dense(2, "Tanh"), _dense(1, "Tanh")], 10,
             {"type": "SGD", "learning_rate": 0.03}, "MeanSquaredError", 250, wanted=6.0),
    Scenario("S8", "XOR net, 4 sigmoid layers, SGD", (2,), 1, lambda d: [*(_dense(10, "Sigmoid") for _ in range(3)), _dense(1, "Sigmoid")], 4,
             SGD, "BinaryCrossEntropy", 400, wanted=6.0),
    Scenario("S9", "GRU 28x28-128-10, Adam", (28, 28), 10, _recurrent("GRU", 128, 10), 128, ADAM),
    Scenario("S10", "CNN 3x3x32-3x3x64 BatchNorm, Adam", (28, 28, 1), 10, norm_cnn, 128, ADAM,
             alike=1e-3),  # PyTorch's own losses in float32 and float64 are 2e-4 apart there
)  # fmt: skip
