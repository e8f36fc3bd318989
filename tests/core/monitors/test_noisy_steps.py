"""Batches of few examples: what chance does is no fault, and what is plain is not hidden by it."""

from __future__ import annotations

import numpy as np
import pytest
from small_runs import experiment, layer, make

from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.events import Diagnosis, StepDone
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, Info


def said(trainer: Trainer, steps: int) -> list[tuple[str, int]]:
    found = []
    for event in trainer.run():
        if isinstance(event, Diagnosis):
            found.append((event.kind, event.step))
        if isinstance(event, StepDone) and event.step == steps:
            break
    return found


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_layer_dead_from_the_first_step_is_named_whatever_the_batch(batch: int) -> None:
    hidden = [layer("Dense", units=20, activation="ReLU") for _ in range(2)]
    trainer = make(*hidden, rate=0.01, batch_size=batch, diagnose=True)
    trainer.network.views["dense_2/b"][...] = -50
    found = said(trainer, 160)
    assert found[:1] and found[0][0] == "DeadUnits" and found[0][1] <= 110, found


def noise(seed: int, batch: int) -> Trainer:
    """Targets that have nothing to do with the inputs, learnt by one linear unit: the best there is is the guess."""
    rng = np.random.default_rng(seed)
    parts = {
        name: (rng.standard_normal((count, 3)).astype(np.float32), rng.standard_normal((count, 1)).astype(np.float32))
        for name, count in (("train", 400), ("validation", 100), ("test", 10))
    }
    data = Dataset(Info("noise", "table", (3,), "regression", target_shape=(1,)), parts, {})
    plan = experiment(rate=0.05, batch_size=batch, epochs=60, diagnose=True)
    graph = GraphSpec.chain(layer("Input"), layer("Dense", units=1))
    return Trainer(plan.replace(graph=graph, loss=Loss.registry.get("MeanSquaredError")()), data)


@pytest.mark.parametrize("batch", [8, 32])
@pytest.mark.parametrize("seed", [0, 2, 3, 5])
def test_a_loss_that_chance_moves_around_guessing_is_no_fault_of_the_rate(seed: int, batch: int) -> None:
    assert "LearningRateHigh" not in [kind for kind, _ in said(noise(seed, batch), 700)]
