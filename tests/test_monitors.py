"""Every monitor, on a real run that has what it looks for, and on healthy ones."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import datasets.base
import datasets.preprocessing.base  # noqa: F401
from core.checkpoint import weights_sha256
from core.events import Diagnosis, Recovered
from core.examples import find
from core.experiment import Experiment, Split, Training
from core.graph import GraphSpec
from core.layers.base import Layer
from core.layers.dense import Dense
from core.layers.dropout import Dropout
from core.layers.flatten import Flatten
from core.layers.input import Input
from core.losses.base import Loss
from core.monitors.base import Finding, Monitor, limits, stops_negative
from core.optimizers.base import Optimizer
from core.probes.gradients import Gradients
from core.project import load_project
from core.trainer import Trainer
from datasets.base import Dataset, DatasetSpec
from datasets.build import build
from datasets.preprocessing.base import Preprocessing


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


def digits(layers: list[Layer], rate: float = 0.05, train: float = 0.7, **training: Any) -> Trainer:
    return trainer([*layers, Dense(units=10)], dataset("Digits", Split(train=train, validation=0.15)), rate, **training)


def plane(name: str, layers: list[Layer], rate: float = 0.1, **training: Any) -> Trainer:
    return trainer([*layers, Dense(units=1)], dataset(name, Split()), rate, loss="BinaryCrossEntropy", **training)


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


SICK = {
    "ExplodingGradients": (exploding, 200, "dense_", "clip"),
    "VanishingGradients": (vanishing, 1500, "dense_1", "ReLU"),
    "SaturatedUnits": (saturated, 500, "dense_1", "smaller weights"),
    "DeadUnits": (dead, 2000, "dense_1", "leaky"),
    "LearningRateHigh": (rate_high, 800, "30", "Lower"),
    "LearningRateLow": (rate_low, 1500, "1e-07", "Raise"),
    "Guessing": (guessing, 4000, "0.69", "units or a layer more"),
    "OneClass": (one_class, 6000, "negative", "rare"),
    "Overfitting": (overfitting, 1500, "validation loss", "dropout"),
}


def test_every_monitor_has_its_disease() -> None:
    assert {cls.__name__ for cls in Monitor.registry} == set(SICK)


@pytest.mark.parametrize("kind", SICK)
def test_says_what_is_wrong(kind: str) -> None:
    make, steps, named, remedy = SICK[kind]
    run = make()
    events = said(run, steps)
    found = [e for e in events if isinstance(e, Diagnosis) and e.kind == kind]
    assert found, f"silent; said were {events}"
    text = found[0].message
    assert named in text and f"at step {found[0].step:,}." in text and remedy.lower() in found[0].remedy.lower(), found[0]
    assert found[0].severity == "warning" and (found[0].node is None or found[0].node in run.experiment.graph)
    assert len(found) == len({e.node for e in found}), "said again while it stood"


def test_says_that_gradients_grow() -> None:
    found = [e for e in said(growing(), 1200) if isinstance(e, Diagnosis)]
    assert {e.kind for e in found} == {"LearningRateHigh", "ExplodingGradients"}, found
    growth = next(e for e in found if e.kind == "ExplodingGradients")
    assert "times the usual" in growth.message and growth.node == "dense_1"


def test_names_dead_units() -> None:
    """Half of the units get weights that can't let anything through."""
    run = digits([Dense(units=8, activation="ReLU")], rate=1e-3)
    run.network.views["dense_1/W"][:, 4:] = -1.0
    found = [e for e in said(run, 2500) if isinstance(e, Diagnosis)]
    assert [e.kind for e in found] == ["DeadUnits"], found
    assert "50 % of dense_1 (units 4, 5, 6 and 7)" in found[0].message


@pytest.mark.parametrize(("name", "steps"), [("digits_softmax", 2500), ("digits_mlp", 6000), ("digits_cnn", 900), ("xor", 3000), ("spiral", 3000)])
def test_is_silent_on_healthy_runs(name: str, steps: int) -> None:
    experiment = load_project(find(name)).experiment
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
    assert said(Trainer(experiment, data), steps) == []


@pytest.mark.parametrize(
    ("name", "kind", "steps"), [("xor_deep_sigmoid", "VanishingGradients", 300), ("init_zeros", "Guessing", 600)]
)
def test_says_what_a_shipped_example_is_there_to_show(name: str, kind: str, steps: int) -> None:
    experiment = load_project(find(name)).experiment
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
    assert [getattr(e, "kind", "") for e in said(Trainer(experiment, data), steps)] == [kind]


@pytest.mark.parametrize("name", ["perceptron_or", "one_neuron", "xor_deep_relu", "circle"])
def test_is_silent_on_small_ones_that_learn(name: str) -> None:
    experiment = load_project(find(name)).experiment
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
    assert said(Trainer(experiment, data), 1500) == []


def test_changes_no_bit_of_the_run() -> None:
    def run(diagnose: bool) -> tuple[str, Trainer]:
        layers: list[Layer] = [Dense(units=16, activation="ReLU"), Dropout(rate=0.3), Dense(units=16, activation="Tanh")]
        made = digits(layers, diagnose=diagnose, optimizer="Adam")
        made.watch.interval = 10 if diagnose else 10_000
        for _ in made.run():
            made.watch.asked = diagnose and made.step % 3 == 0
            if made.step >= 200:
                made.control.stop()
        return weights_sha256(made.network.arrays()), made

    (with_looks, looked), (without, _) = run(True), run(False)
    assert looked.watch.step > 150
    assert with_looks == without


def test_can_be_switched_off() -> None:
    run = rate_low()
    run.adopt(run.experiment.replace(training=run.experiment.training.replace(diagnose=False)))
    assert said(run, 600) == []


def test_says_when_it_is_over() -> None:
    run = rate_low()
    events: list[Any] = []
    for event in run.run():
        if isinstance(event, Diagnosis):
            run.control.set_learning_rate(0.05)
        if isinstance(event, (Diagnosis, Recovered)):
            events.append(event)
        if isinstance(event, Recovered) or run.step > 8000:
            run.control.stop()
    assert [(type(e), e.kind) for e in events] == [(Diagnosis, "LearningRateLow"), (Recovered, "LearningRateLow")]


class Flickering(Monitor, abstract=True):
    """Finds what it looks for in the looks that `on` names; not registered."""

    on: tuple[int, ...] = ()

    def find(self, look: Any, memory: dict[str, Any]) -> list[Finding]:
        memory["look"] = memory.get("look", -1) + 1
        return [Finding("It flickers", "Look away.", "dense_1")] if memory["look"] in self.on else []


def test_says_a_thing_once_until_it_was_gone() -> None:
    run = digits([], rate=0.01)
    run.watch.interval = 8
    blinks = (0, 2, 3, 4, 5, 7, 9, 10, 11, 20, 21, 22, 23)
    run.watch.monitors = [Flickering(on=blinks, looks=2, gone=4)]
    run.watch._memory["Flickering"] = {}
    events = said(run, 8 * 40)
    looks = [(type(e).__name__, (e.step - 9) // 8) for e in events]
    # the second time it must be gone for twice as long before it counts as over
    assert looks == [("Diagnosis", 3), ("Recovered", 15), ("Diagnosis", 21), ("Recovered", 31)]


def test_costs_little() -> None:
    """Time spent in looks against the time of training; the middle of several looks, as other programs run beside."""
    run = digits([Dense(units=64, activation="ReLU"), Dense(units=32, activation="ReLU")], batch_size=16)
    watch, spent = run.watch, []
    before, after = watch.before_update, watch.after_update

    def timed_before(*args: Any) -> None:
        spent.append(-time.perf_counter())
        before(*args)
        spent[-1] += time.perf_counter()

    def timed_after(*args: Any) -> None:
        spent[-1] -= time.perf_counter()
        after(*args)
        spent[-1] += time.perf_counter()

    watch.before_update, watch.after_update = timed_before, timed_after  # type: ignore[method-assign]
    said(run, 4000)
    share = float(np.median(spent)) / watch.interval / (run.seconds / run.step)
    assert len(spent) < 20
    assert share < 0.015, f"{share:.2%} of the time of training"


def test_what_activations_do_at_their_ends() -> None:
    from core.activations.base import Activation

    ends = {kind.__name__: limits(kind()) for kind in Activation.registry}
    assert {name: ends[name] for name in ("Sigmoid", "Tanh", "ReLU", "LeakyReLU", "Softmax", "Linear")} == {
        "Sigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0), "ReLU": None, "LeakyReLU": None, "Softmax": None, "Linear": None,
    }  # fmt: skip
    assert [kind.__name__ for kind in Activation.registry if stops_negative(kind())] == ["ReLU"]


def test_gradients_by_layer_are_those_of_the_loss() -> None:
    """Against a step worked out by hand on the same weights and batch."""
    run = digits([Dense(units=16, activation="Tanh"), Dense(units=12, activation="ReLU")], rate=0.1)
    run.watch.asked = True
    network = run.network
    before = network.params.copy()
    x, targets = next(run._batches())
    outputs = network.forward(x, training=True)
    loss, grad = run.experiment.loss.value_and_grad(outputs, targets, run.loss_work)
    hidden = network.passed_on("dense_1").copy()
    network.backward(grad)
    weights = {key: network.grad_views[key].astype(np.float64).copy() for key, p in network.specs.items() if p.is_weight}
    assert run._train_batch(x, targets, 0.0) is None
    seen = {layer.node: layer for layer in run.watch.layers}
    assert list(seen) == ["dense_1", "dense_2", "dense_3"] and run.watch.step == 1
    for key, g in weights.items():
        layer, w = seen[key.split("/")[0]], before[network.slices[key]].astype(np.float64)
        assert layer.gradient == pytest.approx(np.sqrt(np.mean(g**2)), rel=1e-5)
        assert layer.gradient_norm == pytest.approx(np.linalg.norm(g), rel=1e-5)
        assert layer.weights == pytest.approx(np.sqrt(np.mean(w**2)), rel=1e-5)
        assert layer.ratio == pytest.approx(0.1 * layer.gradient / layer.weights, rel=1e-3)
    assert seen["dense_1"].activations == pytest.approx(np.sqrt(np.mean(hidden**2)), rel=1e-5)


@pytest.mark.parametrize("of", ["gradients", "activations", "weights"])
def test_gradients_probe(of: str) -> None:
    run = vanishing()
    probe = Gradients(histogram=of)
    events = run.run()
    assert probe(run) == {}
    while run.step < 5:
        next(events)
    payload = probe(run)
    assert payload["layers"] == tuple(f"dense_{i}" for i in range(1, 7))
    assert payload["kind"] == "vanishing" and "vanishing" in payload["verdict"]
    assert np.all(np.diff(payload["gradient"]) > 0), "in a net of sigmoids each layer gets less than the next"
    assert payload["counts"].shape == (6, 48) and payload["low"] < payload["high"]
    assert np.all(payload["counts"].sum(axis=1) > 0)
    assert payload["zeros"].shape == (6,)


def test_gradients_probe_on_a_healthy_net() -> None:
    run = digits([Dense(units=32, activation="ReLU", initializer="HeNormal")])
    probe = Gradients()
    probe(run)
    for _ in run.run():
        if run.step == 20:
            break
    payload = probe(run)
    assert payload["kind"] == "even" and "counts" not in payload
    assert 1e-4 < payload["ratio"].max() < 0.1
