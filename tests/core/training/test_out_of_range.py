"""Numbers that leave the finite range are told as a diagnosis, never as a warning on stderr: here every warning is an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.kernels import threads
from vitrine.core.layers.base import Layer
from vitrine.core.losses.mean_squared_error import MeanSquaredError
from vitrine.core.monitors.base import Monitor
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.probes.base import Probe
from vitrine.core.recording.moment import Copy, moment_of
from vitrine.core.training.events import Diagnosis, Dropped, Failed
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.training.trainer import Trainer
from vitrine.core.training.view import Looking
from vitrine.datasets.build import build
from vitrine.datasets.curve import Curve
from vitrine.datasets.preprocessing.none import NoPreprocessing

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def trainer(experiment: Experiment) -> Trainer:
    return Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]


def wild(optimizer: Optimizer, example: str = "digits_cnn", **training: Any) -> Trainer:
    """An example at a rate that no weights survive."""
    experiment = load_project(find(example)).experiment
    training = {"epochs": 2, **training}
    return trainer(replace(experiment, optimizer=optimizer, training=experiment.training.replace(**training)))


def train(run: Trainer, steps: int) -> list[Any]:
    """What was told, until the first Diagnosis of numbers that are not finite, or for so many steps."""
    told = []
    for event in run.run():
        told.append(event)
        if run.step >= steps or (isinstance(event, Diagnosis) and event.severity == "error"):
            run.control.stop()
    return told


def broken(told: list[Any]) -> list[Any]:
    return [event for event in told if isinstance(event, (Failed, Dropped))]


@pytest.mark.parametrize("number", [1, 2])
def test_training_to_overflow_warns_nobody(number: int) -> None:
    threads.use(number)
    run = wild(Optimizer.registry.get("SGD")(learning_rate=1e30))
    told = train(run, 200)
    assert not broken(told)
    assert "not_finite" in {event.kind for event in told if isinstance(event, Diagnosis)}
    assert np.isfinite(run.network.params).all()


@pytest.mark.parametrize("kind", list(Optimizer.registry), ids=lambda kind: kind.__name__)
def test_with_any_optimizer(kind: type[Optimizer]) -> None:
    """A linear model of targets of 1e20: squares and slopes leave the range at the first steps."""
    graph = GraphSpec.chain(Layer.registry.get("Input")(), Layer.registry.get("Dense")(units=8), Layer.registry.get("Dense")(units=1))
    experiment = Experiment(
        dataset=Curve(), preprocessing=NoPreprocessing(), graph=graph, loss=MeanSquaredError(), optimizer=kind(learning_rate=100.0),
        training=Training(epochs=20, batch_size="full" if kind.full_batch else 16),
    )  # fmt: skip
    run = trainer(experiment)
    run.network.params[...] = 1e18
    assert not broken(train(run, 30))


def test_looks_and_evaluations_warn_nobody() -> None:
    """Every probe, on the run itself and on a copy; every monitor."""
    run = wild(Optimizer.registry.get("SGD")(learning_rate=1e-3), "xor", batch_size="full")
    train(run, 20)
    run.network.params[...] = np.where(np.arange(run.network.params.size) % 2, 3e38, -2e38)
    probes = {kind.__name__: kind() for kind in Probe.registry}
    assert not run.frame(1, probes).faults
    assert not Looking().frame(1, probes, Copy(run.data).view(moment_of(run.view))).faults
    run.evaluate("validation")
    run.watch.due = 0
    assert len(list(Monitor.registry)) and not broken(train(run, run.step + 20))


def test_the_consumers_own_settings_stay_what_they_are() -> None:
    run = wild(Optimizer.registry.get("SGD")(learning_rate=1e30))
    with np.errstate(over="raise", divide="print", invalid="warn", under="ignore"):
        mine = np.geterr()
        for event in run.run():
            assert np.geterr() == mine
            if isinstance(event, Diagnosis):
                run.control.stop()
    assert run.step < 200
