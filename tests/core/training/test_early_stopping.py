"""The best weights so far: of the network and loss that they are brought back to, and also where a run ends within an epoch."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.continuing import continue_from
from vitrine.core.training.events import Finished
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01

PATIENT = {"type": "Patience", "epochs": 60}


@cache
def digits() -> Dataset:
    return build(Digits(), Scale01(), Split())


def make(
    activation: str = "Tanh", rate: float = 0.01, epochs: int = 5, rule: Any = PATIENT, loss: str = "CategoricalCrossEntropy"
) -> Trainer:
    layers = [{"type": "Flatten"}, {"type": "Dense", "units": 12, "activation": activation}, {"type": "Dense", "units": 10}]
    graph = GraphSpec.chain(*(Layer.from_json(entry) for entry in [{"type": "Input"}, *layers]))
    experiment = Experiment(
        dataset=Digits(), preprocessing=Scale01(), graph=graph, loss=Loss.from_json(loss),
        optimizer=Optimizer.from_json({"type": "Adam", "learning_rate": rate}),
        training=Training(batch_size=100, epochs=epochs), stop_rule=StopRule.from_json(rule),
    )  # fmt: skip
    return Trainer(experiment, digits())


def finish(run: Trainer) -> Finished:
    last = list(run.run())[-1]
    assert isinstance(last, Finished)
    return last


@pytest.mark.parametrize("change", [{"activation": "Sigmoid"}, {"loss": "MultiClassHinge"}], ids=["activation", "loss"])
def test_the_best_weights_are_judged_anew_by_another_network_or_loss(change: dict[str, str]) -> None:
    """Weights that were good under the network before the edit were brought back to the one after it, where they were not."""
    before = make()
    finish(before)
    best = before.subject.best
    assert best is not None
    after = make(rate=1e-5, epochs=8, **change)
    present = weights_sha256(before.network.arrays())
    continue_from(after, before)
    assert weights_sha256(after.network.arrays()) == present
    judged = after.subject.best
    assert judged is not None and judged.epoch == best.epoch and judged.loss != best.loss
    finish(after)
    losses = [judged.loss, *after.history.epochs.column("validation_loss", 5).tolist()]
    assert after.evaluate("validation")["validation_loss"] == pytest.approx(min(losses), rel=1e-9)
    assert after.subject.best is not None and after.subject.best.epoch == [best.epoch, 6, 7, 8][int(np.argmin(losses))]


def test_the_best_weights_come_back_where_a_run_ends_within_the_epoch_after_them() -> None:
    run = make(rate=0.3, epochs=9, rule={"type": "FirstOf", "first": PATIENT, "second": {"type": "MaxSteps", "steps": 30}})
    assert finish(run).reason == "30 steps; weights of epoch 2 brought back"
    best = run.subject.best
    assert best is not None and weights_sha256(run.network.arrays()) == weights_sha256(best.arrays)
