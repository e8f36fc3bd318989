"""Every monitor, on a real run that has what it looks for, and on healthy ones."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from sick_runs import (
    dataset,
    dead,
    digits,
    exploding,
    growing,
    guessing,
    one_class,
    overfitting,
    rate_high,
    rate_low,
    said,
    saturated,
    trainer,
    vanishing,
)  # fmt: skip

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.initializers.normal import Normal
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.dropout import Dropout
from vitrine.core.learners.batches import batches
from vitrine.core.learners.gradient_descent import Descent
from vitrine.core.monitors.base import Finding, Monitor, limits, stops_negative
from vitrine.core.probes.gradients import Gradients, GradientsAnswer
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.events import Diagnosis, Recovered
from vitrine.core.training.settings import Split
from vitrine.core.training.standing import Standing
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build

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


def test_one_hard_batch_of_what_is_learnt_by_heart_is_no_explosion() -> None:
    """Its gradient is many times the usual, which is next to nothing, and a hundredth of what the run began with."""
    wide = Normal(std=1.0)
    layers: list[Layer] = [Dense(units=64, activation="ReLU", initializer=wide) for _ in range(3)]
    run = trainer(
        [*layers, Dense(units=10, initializer=wide)],
        dataset("Digits", Split(train=0.7, validation=0.15)),
        0.005,
        optimizer="Adam",
        batch_size=8,
    )
    found = said(run, 6000)
    assert "ExplodingGradients" not in {e.kind for e in found}, found


def test_names_dead_units() -> None:
    """Half of the units get weights that can't let anything through."""
    run = digits([Dense(units=8, activation="ReLU")], rate=1e-3)
    run.network.views["dense_1/W"][:, 4:] = -1.0
    found = [e for e in said(run, 2500) if isinstance(e, Diagnosis)]
    assert [e.kind for e in found] == ["DeadUnits"], found
    assert "50 % of dense_1 (units 5, 6, 7 and 8)" in found[0].message


@pytest.mark.parametrize(
    ("name", "steps"), [("digits_softmax", 2500), ("digits_mlp", 6000), ("digits_cnn", 900), ("xor", 3000), ("spiral", 3000)]
)
def test_is_silent_on_healthy_runs(name: str, steps: int) -> None:
    experiment = load_project(find(name)).experiment
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
    assert said(Trainer(experiment, data), steps) == []


@pytest.mark.parametrize(("name", "kind", "steps"), [("xor_deep_sigmoid", "VanishingGradients", 300), ("init_zeros", "Guessing", 600)])
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
        for _ in made.run():
            made.watch.asked = diagnose and made.step % 3 == 0
            if made.step >= 200:
                made.control.stop()
        return weights_sha256(made.network.arrays()), made

    (with_looks, looked), (without_looks, without) = run(True), run(False)
    assert looked.watch.step > 150 and not without.watch.news
    assert with_looks == without_looks


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

    glances: ClassVar[bool] = True
    on: tuple[int, ...] = ()

    def find(self, look: Any, memory: dict[str, Any]) -> list[Finding]:
        memory["look"] = memory.get("look", -1) + 1
        memory.setdefault("steps", []).append(look.step)
        return [Finding("It flickers", "Look away.", "dense_1")] if memory["look"] in self.on else []


def test_says_a_thing_once_until_it_was_gone() -> None:
    """With a look at every tenth step."""
    standing = Standing()
    monitor, memory = Flickering(on=(0, 2, 3, 4, 5, 7, 9, 10, 11, 20, 21, 22, 23), lasts=10, gone=30), {}
    for look in range(60):
        standing.follow(monitor, monitor.find(SimpleNamespace(step=10 * look), memory), 10 * look)
    looks = [(type(e).__name__, e.step // 10) for e in standing.take_news()]
    # the second time it must be gone for twice as long before it counts as over
    assert looks == [("Diagnosis", 3), ("Recovered", 15), ("Diagnosis", 21), ("Recovered", 30)]


def test_looks_again_soon_where_something_is_suspected() -> None:
    """At every fifth step or so, for as long as there are looks to spare; looks at random come to nothing and are not followed for ever."""
    run = digits([], rate=0.01)
    run.watch.monitors = [Flickering(on=(20,), lasts=20)]  # the first look after step 300
    memory = run.watch._memory["Flickering"] = {}
    said(run, 800)
    steps = memory["steps"]
    assert steps[:10] == list(range(10, 110, 10)) and max(np.diff(steps)) <= 90
    assert steps[21] - steps[20] == 10 and steps[22] - steps[21] > 40
    run = digits([], rate=0.01)
    run.watch.monitors = [Flickering(on=tuple(range(20, 4000, 2)), lasts=20)]
    memory = run.watch._memory["Flickering"] = {}
    said(run, 20_000)
    assert len(memory["steps"]) < 20_000 / run.watch.interval * 1.3 + 40


def test_when_it_looks_does_not_depend_on_who_else_does() -> None:
    """A view asks for numbers at odd steps: the monitors see the same steps and find the same."""

    def looked(asking: bool) -> tuple[list[int], list[Any]]:
        run = saturated()
        steps: list[int] = []
        judge = run.watch._judge
        run.watch._judge = lambda look: (steps.append(look.step), judge(look))  # type: ignore[method-assign, assignment]
        told = []
        for event in run.run():
            if isinstance(event, (Diagnosis, Recovered)):
                told.append(event)
            if asking and run.step % 7 in (1, 2):
                run.watch.ask("gradients")
            if run.step >= 900:
                run.control.stop()
        return steps, told

    assert looked(True) == looked(False)


def test_costs_little() -> None:
    """Processor time spent in looks against that of training, after the first ones; the middle of several, as others run beside."""
    run = digits([Dense(units=64, activation="ReLU"), Dense(units=32, activation="ReLU")], batch_size=16)
    watch, looks = run.watch, []
    before, after = watch.before_update, watch.after_update

    def timed(function: Any, *args: Any) -> float:
        started = time.thread_time()
        function(*args)
        return time.thread_time() - started

    def timed_after(*args: Any) -> None:
        looks[-1] += timed(after, *args)

    watch.before_update = lambda *args: looks.append(timed(before, *args))  # type: ignore[method-assign]
    watch.after_update = timed_after  # type: ignore[method-assign]
    training = timed(said, run, 6000)
    late = looks[25:]
    assert 45 < len(late) < 70, "looks at 90 steps' distance, some 60 of them after the first ones"
    share = float(np.median(late)) * len(late) / training
    assert share < 0.015, f"{share:.2%} of the time of training"


def test_what_activations_do_at_their_ends() -> None:
    from vitrine.core.activations.base import Activation

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
    x, targets = next(batches(run.subject))
    outputs = network.forward(x, training=True)
    loss, grad = run.experiment.loss.value_and_grad(outputs, targets, Workspace(np.float32))
    hidden = network.passed_on("dense_1").copy()
    network.backward(grad)
    weights = {key: network.grad_views[key].astype(np.float64).copy() for key, p in network.specs.items() if p.is_weight}
    rows = Descent(run.subject, run.watch).learn(x, targets)
    assert not isinstance(rows, Diagnosis)
    run.subject.record(rows, 0.0)
    run.watch.after_update(run.subject)
    seen = {layer.node: layer for layer in run.watch.layers}
    assert list(seen) == ["dense_1", "dense_2", "dense_3"] and run.watch.step == 1
    for key, g in weights.items():
        layer, w = seen[key.split("/")[0]], before[network.slices[key]].astype(np.float64)
        assert layer.gradient == pytest.approx(np.sqrt(np.mean(g**2)), rel=1e-5)
        assert layer.gradient_norm == pytest.approx(np.linalg.norm(g), rel=1e-5)
        assert layer.weights == pytest.approx(np.sqrt(np.mean(w**2)), rel=1e-5)
        assert layer.ratio == pytest.approx(0.1 * layer.gradient / layer.weights, rel=1e-3)
    assert seen["dense_1"].activations == pytest.approx(np.sqrt(np.mean(hidden**2)), rel=1e-5)


def answer_of(probe: Gradients, run: Trainer) -> GradientsAnswer | None:
    """Asked as a view asks: the watch is told what to look at in the next step."""
    return run.frame(0, {"view": probe}).answers["view"]


@pytest.mark.parametrize("of", ["gradients", "activations", "weights"])
def test_gradients_probe(of: str) -> None:
    run = vanishing()
    probe = Gradients(histogram=of)
    events = run.run()
    assert answer_of(probe, run) is None
    while run.step < 5:
        next(events)
    answer = answer_of(probe, run)
    assert answer.layers == tuple(f"dense_{i}" for i in range(1, 7))
    assert answer.kind == "vanishing" and "vanishing" in answer.verdict
    assert np.all(np.diff(answer.gradient) > 0), "in a net of sigmoids each layer gets less than the next"
    assert answer.histograms.counts.shape == (6, 48) and answer.histograms.low < answer.histograms.high
    assert np.all(answer.histograms.counts.sum(axis=1) > 0)
    assert answer.histograms.zeros.shape == (6,)


def test_gradients_probe_on_a_healthy_net() -> None:
    run = digits([Dense(units=32, activation="ReLU", initializer="HeNormal")])
    probe = Gradients()
    answer_of(probe, run)
    for _ in run.run():
        if run.step == 20:
            break
    answer = answer_of(probe, run)
    assert answer.kind == "even" and answer.histograms is None
    assert 1e-4 < answer.ratio.max() < 0.1
