"""Same seed, same bits: every optimizer, over a net with all that is random or remembers, run twice and run in two halves through a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.layers.activation import Activation
from vitrine.core.layers.base import Layer
from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.dropout import Dropout
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.gaussian_noise import GaussianNoise
from vitrine.core.layers.gru import GRU
from vitrine.core.layers.input import Input
from vitrine.core.layers.lstm import LSTM
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, Info
from vitrine.datasets.preprocessing.none import NoPreprocessing
from vitrine.datasets.xor import Xor

LAYERS: tuple[Layer, ...] = (
    GaussianNoise(), LSTM(units=5, return_sequences=True), GRU(units=4, return_sequences=True, reverse=True), Flatten(),
    Dense(units=12), BatchNorm(), Activation(activation="RReLU"), Dropout(rate=0.3), Dense(units=3, activation="Softmax"),
)  # fmt: skip


def dataset() -> Dataset:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((50, 6, 4)).astype(np.float32)
    y = (x.mean(axis=(1, 2)) > 0).astype(np.int64) + (x[:, 0, 0] > 0)
    parts = {"train": (x[:40], y[:40]), "validation": (x[40:], y[40:]), "test": (x[:0], y[:0])}
    return Dataset(Info("sequences", "sequence", (6, 4), "classification", ("a", "b", "c")), parts, {})


def run(optimizer: type[Optimizer], epochs: int, seed: int = 3, from_file: Path | None = None) -> Trainer:
    experiment = Experiment(
        dataset=Xor(), preprocessing=NoPreprocessing(), loss=CategoricalCrossEntropy(), optimizer=optimizer(),
        graph=GraphSpec.chain(Input(), *LAYERS),
        training=Training(batch_size="full" if optimizer.full_batch else 8, epochs=epochs, seed=seed),
    )  # fmt: skip
    trainer = Trainer(experiment, dataset())
    if from_file is not None:
        loaded = load_project(from_file).checkpoint
        assert loaded is not None
        trainer.restore(loaded)
    for _ in trainer.run():
        pass
    assert trainer.epoch == epochs
    return trainer


def digest(trainer: Trainer) -> str:
    return weights_sha256(trainer.network.arrays())


@pytest.mark.parametrize("optimizer", list(Optimizer.registry), ids=lambda o: o.__name__)
def test_six_epochs_are_three_saved_loaded_and_three(tmp_path: Path, optimizer: type[Optimizer]) -> None:
    whole = run(optimizer, 6)
    assert digest(run(optimizer, 6)) == digest(whole)
    half = run(optimizer, 3)
    assert digest(half) != digest(whole)
    save_project(tmp_path / "half.vitrine", Project(half.experiment, half.checkpoint(), {}))
    again = run(optimizer, 6, from_file=tmp_path / "half.vitrine")
    assert digest(again) == digest(whole)
    for name in ("train_loss", "validation_loss"):
        np.testing.assert_array_equal(again.history.epochs.column(name), whole.history.epochs.column(name))


def test_another_seed_gives_other_weights() -> None:
    adam = Optimizer.registry.get("Adam")
    assert digest(run(adam, 1, seed=3)) != digest(run(adam, 1, seed=4))
