"""Short runs on the digits, for tests of what a run is and does."""

from __future__ import annotations

from functools import cache
from typing import Any

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.events import StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01


@cache
def digits() -> Dataset:
    return build(Digits(), Scale01(), Split())


def layer(name: str, **settings: Any) -> Layer:
    return Layer.registry.get(name)(**settings)


def experiment(
    *hidden: Layer, optimizer: str = "SGD", rate: float = 0.1, parts: dict[str, Any] | None = None, **training: Any
) -> Experiment:
    middle = hidden or (layer("Dense", units=16, activation="ReLU"),)
    return Experiment(
        dataset=Digits(), preprocessing=Scale01(), graph=GraphSpec.chain(layer("Input"), layer("Flatten"), *middle, layer("Dense", units=10, activation="Softmax")),
        loss=Loss.registry.get("CategoricalCrossEntropy")(), optimizer=Optimizer.registry.get(optimizer)(learning_rate=rate),
        training=Training(**{"batch_size": 50, "epochs": 3, "diagnose": False, **training}), **(parts or {}),
    )  # fmt: skip


def make(*hidden: Layer, **settings: Any) -> Trainer:
    return Trainer(experiment(*hidden, **settings), digits())


def until(trainer: Trainer, step: int) -> Trainer:
    for event in trainer.run():
        if isinstance(event, StepDone) and event.step == step:
            break
    return trainer


def digest(trainer: Trainer) -> str:
    return weights_sha256(trainer.network.arrays())
