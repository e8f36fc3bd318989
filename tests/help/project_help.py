"""A trained project in the middle of an epoch, and files made of it with other entries."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01


def experiment() -> Experiment:
    L = Layer.registry.get
    return Experiment(
        dataset=Digits(),
        preprocessing=Scale01(),
        graph=GraphSpec.chain(L("Input")(), L("Flatten")(), L("Dropout")(), L("Dense")(units=10, activation="Softmax")),
        loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get("Adam")(),
        split=Split(train=0.5, seed=3),
        training=Training(epochs=4, seed=5),
        name="Übung – 숫자",
        description="What to look for.",
        topic="Tests",
    )


def trainer() -> Trainer:
    e = experiment()
    return Trainer(e, build(e.dataset, e.preprocessing, e.split))  # type: ignore[arg-type]


def rewrite(source: Path, target: Path, **contents: bytes | None) -> Path:
    """The archive with entries replaced (or, for None, left out)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            stem = name.split(".")[0]
            if contents.get(stem, b"") is not None:
                new.writestr(name, contents.get(stem) or old.read(name))
    return target


def assert_same(a: Any, b: Any) -> None:
    for name in ("weights", "optimizer", "history"):
        one, other = getattr(a, name), getattr(b, name)
        assert one.keys() == other.keys()
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])
            assert np.asarray(one[key]).dtype == np.asarray(other[key]).dtype
