"""Every example that comes with the app opens, explains itself, and learns."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from few_examples import few_examples

from vitrine.core.errors import DataError
from vitrine.core.files.examples import FOLDER, Example, examples, find
from vitrine.core.files.project import load_project
from vitrine.core.training.events import Diagnosis, Failed
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset
from vitrine.datasets.build import build

ALL = examples()
each = pytest.mark.parametrize("example", ALL, ids=lambda e: e.name)

NEEDED = {"digits_softmax", "digits_mlp", "digits_cnn", "mnist_softmax", "mnist_mlp", "mnist_cnn", "xor", "spiral"}
STUCK = {"init_zeros", "init_small", "xor_deep_sigmoid", "activation_sigmoid"}  # they show how learning fails
STEPS = 30


def whole(experiment: Experiment) -> Dataset:
    return build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]


def prepare(experiment: Experiment, make: Callable[[Experiment], Dataset] = whole) -> Dataset:
    try:
        return make(experiment)
    except DataError as error:
        pytest.skip(f"no data: {error}")


def test_the_named_ones_are_there() -> None:
    assert {e.name for e in ALL} >= NEEDED
    assert len(ALL) == len(list(FOLDER.glob("*.json"))), "an example can't be read"
    assert ALL[0].topic == "Start here"
    assert find("digits_cnn") == find("digits_cnn.json") == FOLDER / "digits_cnn.json"


def kept(stored: Any, read: Any) -> bool:
    """Whether everything stored stands in what was read; settings that came later may be there beside it."""
    if isinstance(stored, str) and isinstance(read, dict):
        return read.get("type") == stored
    if isinstance(stored, dict) and isinstance(read, dict):
        return all(name in read and kept(value, read[name]) for name, value in stored.items())
    if isinstance(stored, list) and isinstance(read, list):
        return len(stored) == len(read) and all(map(kept, stored, read))
    return bool(stored == read)


@each
def test_opens_as_it_was_written(example: Example) -> None:
    stored = json.loads(example.path.read_text(encoding="utf-8"))
    experiment = load_project(example.path).experiment
    assert stored.pop("rank") == example.rank
    assert kept(stored, experiment.to_json()), "some of what is stored reads otherwise"
    assert experiment.topic and len(experiment.description) > 100, "says what to look for"


@each
def test_lies_well_on_the_canvas(example: Example) -> None:
    """Left to right along the connections, no card on another."""
    graph = load_project(example.path).experiment.graph
    places = {n.id: n.position for n in graph.nodes}
    assert len(set(places.values())) == len(places)
    assert all(places[e.source][0] < places[e.target][0] for e in graph.edges)


@each
def test_trains_a_little(example: Example) -> None:
    """No problem is reported, the weights move, and unless the example shows how learning fails, the loss falls."""
    experiment = load_project(example.path).experiment
    data = prepare(experiment, few_examples)
    assert experiment.analyze(data.info).problems == ()
    trainer = Trainer(experiment, data)
    before = trainer.network.params.copy()
    for event in trainer.run():
        assert not isinstance(event, Failed) and not (isinstance(event, Diagnosis) and event.severity == "error"), event
        if trainer.step >= STEPS:
            break
    assert np.isfinite(trainer.network.params).all() and not np.array_equal(trainer.network.params, before)
    losses = trainer.history.steps.column("loss")
    assert np.isfinite(losses).all()
    if example.name not in STUCK:
        assert losses[-10:].mean() < losses[:10].mean()


def run_of(name: str, seed: int | None = None) -> Trainer:
    experiment = load_project(find(name)).experiment
    if seed is not None:
        experiment = experiment.with_seed(seed)
    trainer = Trainer(experiment, prepare(experiment))
    for event in trainer.run():
        assert not isinstance(event, Failed), event
    return trainer


def outcome(name: str, seed: int | None = None) -> dict[str, float]:
    trainer = run_of(name, seed)
    return trainer.evaluate("test") | trainer.evaluate("train")


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name, accuracy", [("digits_softmax", 0.95), ("digits_mlp", 0.97), ("digits_cnn", 0.97), ("spiral", 0.95)])
def test_reaches_what_it_promises(name: str, accuracy: float, seed: int) -> None:
    assert outcome(name, seed)["test_accuracy"] >= accuracy


def test_what_fails_and_what_helps() -> None:
    """The pairs of examples differ as their descriptions say."""
    assert outcome("xor_deep_sigmoid")["train_loss"] > 0.69 > 0.01 > outcome("xor_deep_relu")["train_loss"]
    assert outcome("activation_sigmoid")["test_accuracy"] < 0.2 and outcome("activation_elu")["test_accuracy"] > 0.95
    assert outcome("init_zeros")["test_accuracy"] < 0.2
    by_heart = outcome("overfitting")
    assert by_heart["train_accuracy"] == 1.0 and by_heart["test_loss"] > 100 * by_heart["train_loss"]
    for remedy in ("overfitting_dropout", "overfitting_early_stop", "overfitting_l2"):
        assert outcome(remedy)["test_loss"] < by_heart["test_loss"], remedy


@pytest.mark.parametrize("name", ["perceptron_or", "perceptron_and"])
def test_perceptrons_end_with_no_error(name: str) -> None:
    assert outcome(name) == {"test_loss": 0.0, "test_accuracy": 1.0, "train_loss": 0.0, "train_accuracy": 1.0}


def test_the_lectures_figures() -> None:
    """L2 and L3 at the end of the run, L21 below the lecture's test RMSE."""
    truck, exam, stock = (run_of(name) for name in ("food_truck", "exam_scores", "stock_lstm"))
    assert truck.network.views["dense_1/W"][0, 0] == pytest.approx(1.1664, abs=1e-4)
    assert truck.network.views["dense_1/b"][0] == pytest.approx(-3.6303, abs=2e-4)
    judged = exam.evaluate("train")
    assert judged["train_loss"] == pytest.approx(0.2035, abs=5e-5) and judged["train_accuracy"] == 0.89
    assert stock.evaluate("test")["test_rmse"] <= 0.0243


@pytest.mark.parametrize("seed", range(5))
def test_xor_is_solved_from_any_start(seed: int) -> None:
    found = outcome("xor", seed)
    assert found["train_accuracy"] == 1.0 and found["train_loss"] < 0.05
