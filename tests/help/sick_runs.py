"""Runs that have what the monitors look for: each a small network on real or made data that is sure to fall ill."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

import vitrine.datasets.base
import vitrine.datasets.preprocessing.base  # noqa: F401
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.events import Diagnosis, Recovered
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, DatasetSpec
from vitrine.datasets.build import build
from vitrine.datasets.preprocessing.base import Preprocessing


@cache
def dataset(name: str, split: Split, **settings: Any) -> Dataset:
    scaling = Preprocessing.registry.get("Scale01" if name == "Digits" else "NoPreprocessing")()
    return build(DatasetSpec.registry.get(name)(**settings), scaling, split)


def trainer(
    layers: list[Layer], data: Dataset, rate: float, loss: str = "CategoricalCrossEntropy", optimizer: str = "SGD", **training: Any
) -> Trainer:
    graph = GraphSpec()
    for layer in (Input(), *([Flatten()] if len(data.info.input_shape) > 1 else []), *layers):
        graph = graph.append(layer)[0]
    experiment = Experiment(
        dataset=DatasetSpec.registry.get("Digits")(),
        preprocessing=Preprocessing.registry.get("NoPreprocessing")(),
        graph=graph,
        loss=Loss.registry.get(loss)(),
        optimizer=Optimizer.registry.get(optimizer)(learning_rate=rate),
        training=Training(**{"batch_size": 32, "epochs": 100_000, **training}),
    )
    return Trainer(experiment, data)


def digits(layers: list[Layer], rate: float = 0.05, train: float = 0.7, output: dict[str, Any] | None = None, **training: Any) -> Trainer:
    return trainer([*layers, Dense(units=10, **(output or {}))], dataset("Digits", Split(train=train, validation=0.15)), rate, **training)


def plane(name: str, layers: list[Layer], rate: float = 0.1, **training: Any) -> Trainer:
    return trainer([*layers, Dense(units=1)], dataset(name, Split()), rate, loss="BinaryCrossEntropy", **training)


def example(name: str, seed: int = 0) -> Trainer:
    experiment = load_project(find(name)).experiment.with_seed(seed)
    return Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]


def said(run: Trainer, steps: int) -> list[Diagnosis | Recovered]:
    events = []
    for event in run.run():
        if isinstance(event, (Diagnosis, Recovered)):
            events.append(event)
            if isinstance(event, Diagnosis) and event.severity == "error":
                run.control.stop()
        if run.step >= steps:
            run.control.stop()
    return events


def exploding() -> Trainer:
    return digits([Dense(units=64, activation="ReLU", initializer={"type": "Normal", "std": 1.0}) for _ in range(6)], rate=1e-12)


def vanishing() -> Trainer:
    return plane("Xor", [Dense(units=4, activation="Sigmoid") for _ in range(5)])


def saturated() -> Trainer:
    wide = {"type": "Normal", "std": 5.0}
    return digits([Dense(units=32, activation="Tanh", initializer=wide), Dense(units=32, activation="Tanh", initializer=wide)], rate=1e-3)


def dead() -> Trainer:
    return digits([Dense(units=32, activation="ReLU", initializer={"type": "Constant", "value": -0.1})])


def rate_high() -> Trainer:
    return digits([Dense(units=32, activation="Tanh")], rate=30.0)


def rate_low() -> Trainer:
    return digits([Dense(units=32, activation="ReLU")], rate=1e-7)


def guessing() -> Trainer:
    return plane("Xor", [])


def zeros() -> Trainer:
    return digits([Dense(units=16, activation="ReLU", initializer="Zeros")], rate=0.01)


def one_class() -> Trainer:
    """Nine in ten are of one class, and the inputs say a little about which, but never enough."""
    rng = np.random.default_rng(0)
    y = (rng.random(1000) < 0.12).astype(np.int64)
    x = (rng.standard_normal((1000, 2)) + 0.6 * y[:, None]).astype(np.float32)
    known = dataset("Gaussians", Split())
    return trainer([Dense(units=1)], replace(known, parts=dict.fromkeys(known.parts, (x, y))), 0.05, loss="BinaryCrossEntropy")


def overfitting() -> Trainer:
    known = dataset("Gaussians", Split(train=0.1, validation=0.45), noise=0.9)
    layers: list[Layer] = [Dense(units=64, activation="ReLU"), Dense(units=64, activation="ReLU"), Dense(units=1)]
    return trainer(layers, known, 0.003, loss="BinaryCrossEntropy", optimizer="Adam", batch_size=10)


def growing() -> Trainer:
    """A rate a little beyond what a linear regression bears: every step overshoots by 2 % more than the one before."""
    known = dataset("Gaussians", Split())
    x = np.random.default_rng(0).standard_normal((200, 2)).astype(np.float32)
    info = replace(known.info, task="regression", class_names=(), target_shape=(1,))
    data = replace(known, info=info, parts=dict.fromkeys(known.parts, (x, x.sum(axis=1, keepdims=True))))
    with_bias = np.c_[x, np.ones(len(x))]
    curvature = np.linalg.eigvalsh(2 * with_bias.T @ with_bias / len(x)).max()
    return trainer([Dense(units=1)], data, 2.02 / curvature, loss="MeanSquaredError", batch_size="full")
