"""What a run takes is known before anything is allocated: right within a factor of two, and refused where it is too much."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import run_of, shapes_of
from vitrine.core import machine
from vitrine.core.errors import TrainingError
from vitrine.core.files.project import load_project
from vitrine.core.kernels import threads
from vitrine.core.layers.base import Layer, Shape
from vitrine.core.network.analysis import Problem
from vitrine.core.network.cost import bytes_text, seconds_text
from vitrine.core.network.costs import cost_of, cost_problems
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.events import StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.json"))
GB = 10**9


def load(name: str) -> Experiment:
    return load_project(next(p for p in EXAMPLES if p.stem == name)).experiment


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = threads.current().threads
    threads.beside_window()
    yield
    threads.use(before)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_memory_is_right_within_a_factor_of_two(path: Path, request: pytest.FixtureRequest) -> None:
    """Against the peak of what a few steps and an evaluation allocate, and the data themselves."""
    experiment: Any = load_project(path).experiment
    if hasattr(experiment.dataset, "folder"):
        request.getfixturevalue("mnist_dir")
    if hasattr(experiment.dataset, "file"):
        request.getfixturevalue("lecture_dir")
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)

    def run() -> None:
        trainer = Trainer(experiment, data)
        for event in trainer.run():
            if isinstance(event, StepDone) and event.step >= 12:
                break
        trainer.evaluate("validation")

    small = load("one_neuron" if path.stem != "one_neuron" else "xor")  # what is made but once: modules, tables
    _ = Trainer(small, build(small.dataset, small.preprocessing, small.split)) if path.stat().st_size else None  # type: ignore[arg-type]
    if len(data.split("train")[0]) < 5000:
        run()
    tracemalloc.start()
    try:
        run()
        measured = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    measured += sum(data.split(name)[0].nbytes for name in ("train", "validation"))
    cost = experiment.analyze(data.info).cost
    assert cost is not None
    assert measured / 2 <= cost.memory <= measured * 2, f"about {bytes_text(cost.memory)} said, {bytes_text(measured)} taken"


def test_a_part_that_is_only_looked_at_counts() -> None:
    """Without a validation part a batch of one was all that was reckoned with, though the test part is measured by 250 examples."""
    plain: Any = load("digits_cnn")
    lone = plain.replace(split=Split(train=0.8, validation=0.0), training=plain.training.replace(batch_size=1))
    data = build(lone.dataset, lone.preprocessing, lone.split)
    cost = lone.analyze(data.info).cost
    tracemalloc.start()
    try:
        Trainer(lone, data).evaluate("test")
        measured = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert cost is not None and cost.memory - cost.data > measured / 2, f"{bytes_text(cost.memory)} said, {bytes_text(measured)} taken"


LARGE: dict[int, Shape] = {1: (600,), 2: (40, 30), 3: (20, 24, 8)}


def large_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Input shapes of the kinds that the layer takes, so large that its arrays outweigh Python's objects."""
    name = type(layer).__name__
    if name in ("PlaygroundFeatures", "Reshape"):
        return shapes_of(layer)
    return tuple(LARGE[len(shape)] for shape in shapes_of(layer))


@pytest.mark.parametrize("cls", list(Layer.registry), ids=lambda cls: cls.__name__)
def test_what_layers_say_of_their_buffers(cls: type[Layer]) -> None:
    for settings in cls.examples:
        layer = cls(**settings)
        shapes, batch = large_shapes(layer), 50
        said = 4 * (layer.forward_values(batch, *shapes) + layer.backward_values(batch, *shapes, needs_input_grad=True))
        run = run_of(layer, batch, shapes=shapes)
        tracemalloc.start()
        try:
            run.backward(np.ones_like(run.forward()))
            measured = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert measured / 2.5 - 100_000 <= said <= 3 * measured + 100_000, f"{settings}: {said:,} bytes said, {measured:,} taken"


def changed(experiment: Experiment, node: str, **fields: Any) -> Experiment:
    return experiment.replace(graph=experiment.graph.set_layer(node, experiment.graph[node].layer.replace(**fields)))


def problems_of(experiment: Experiment, memory: int) -> list[Problem]:
    dataset: Any = experiment.dataset
    info = dataset.describe()
    analysis = experiment.analyze(info)
    cost = cost_of(experiment, analysis, info) if analysis.cost is None else analysis.cost
    assert cost is not None
    return cost_problems(cost, analysis, experiment, info, memory)


def test_a_recurrent_layer_of_100_000_units_is_refused_before_it_is_allocated() -> None:
    experiment: Any = changed(load("digits_lstm"), "lstm_1", units=100_000)
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)
    (problem,) = [p for p in experiment.analyze(data.info).problems if p.severity == "error"]
    assert problem.node == "lstm_1" and problem.field == "units"
    there = machine.memory()
    assert there is not None
    assert f"memory, this machine has {bytes_text(there)}; this layer alone takes" in problem.message and "TB" in problem.message
    tracemalloc.start()
    started = time.perf_counter()
    try:
        with pytest.raises(TrainingError, match="lstm_1: training needs about .* of memory"):
            Trainer(experiment, data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000 and time.perf_counter() - started < 5
    finally:
        tracemalloc.stop()


def test_the_remedy_makes_it_fit() -> None:
    experiment = changed(load("digits_lstm"), "lstm_1", units=100_000)
    dataset: Any = experiment.dataset
    info, there = dataset.describe(), 8 * GB
    analysis = experiment.replace(graph=load("digits_lstm").graph).analyze(info)
    assert analysis.ok
    (problem,) = problems_of(changed(load("digits_lstm"), "lstm_1", units=10_000), there)
    (fix,) = problem.fixes
    assert fix.title.startswith("Set units to")
    mended = experiment.replace(graph=fix.apply(experiment.graph)).analyze(info)
    assert mended.ok and mended.cost is not None and mended.cost.memory < there / 2


@pytest.mark.parametrize(
    ("experiment", "memory", "node", "field", "words"),
    [
        (changed(load("digits_mlp"), "dense_1", units=100_000), GB // 10, "dense_1", "units", "lower its units"),
        (changed(load("digits_cnn"), "conv2d_1", kernel_size=1000), GB // 10, "conv2d_1", "kernel_size", "this layer alone"),
        (load("digits_cnn").replace(training=load("digits_cnn").training.replace(batch_size="full")), GB // 100, None, "training.batch_size", "as one batch"),
        (load("digits_cnn").replace(training=load("digits_cnn").training.replace(batch_size=1000)), GB // 100, None, "training.batch_size", "batches of 1,000"),
        (load("digits_softmax"), 9 * 10**5, None, "dataset", "the data alone take"),
    ],
    ids=["units", "kernel", "full batch", "batch", "data"],
)  # fmt: skip
def test_the_problem_is_where_the_memory_goes(experiment: Experiment, memory: int, node: str | None, field: str, words: str) -> None:
    (problem,) = problems_of(experiment, memory)
    assert problem.severity == "error" and (problem.node, problem.field) == (node, field) and words in problem.message


def test_little_left_is_warned_of() -> None:
    analysis = load("digits_mlp").analyze(Digits().describe())
    assert analysis.cost is not None
    (problem,) = problems_of(load("digits_mlp"), round(analysis.cost.memory / 0.8))
    assert problem.severity == "warning" and "other programs need some" in problem.message
    assert not problems_of(load("digits_mlp"), GB)


def test_steps_of_more_than_a_second_are_warned_of() -> None:
    (problem,) = [p for p in problems_of(changed(load("digits_lstm"), "lstm_1", units=2500, recurrent_initializer="GlorotUniform"), 10**15)]
    assert problem.severity == "warning" and "a step takes about" in problem.message and problem.field == "training.batch_size"
    alone = changed(load("digits_lstm"), "lstm_1", units=20_000, recurrent_initializer="GlorotUniform")
    problem = problems_of(alone.replace(training=alone.training.replace(batch_size=1)), 10**15)[0]
    assert problem.node == "lstm_1" and "most of it in this layer" in problem.message


def test_a_step_that_searches_takes_as_many_passes_as_it_makes() -> None:
    """The time of a step of L-BFGS was said to be that of one pass: a fourth of what it takes."""
    full: Any = load("digits_mlp").replace(training=Training(batch_size="full", epochs=20, diagnose=False))
    costs = [full.replace(optimizer=Optimizer.registry.get(name)()).analyze(Digits().describe()).cost for name in ("LBFGS", "SGD")]
    run = Trainer(full.replace(optimizer=Optimizer.registry.get("LBFGS")()), build(full.dataset, full.preprocessing, full.split))
    passes: list[bool] = []
    forward = run.network.forward

    def counted(x: np.ndarray, training: bool = False) -> np.ndarray:
        passes.append(training)
        return forward(x, training)

    run.network.forward = counted  # type: ignore[method-assign]
    list(run.run())
    assert costs[0].seconds / costs[1].seconds == pytest.approx(sum(passes) / run.step, rel=0.25)


def test_weights_that_take_minutes_to_draw_are_warned_of() -> None:
    found = problems_of(changed(load("digits_lstm"), "lstm_1", units=8000), 10**15)
    assert any(p.node == "lstm_1" and "drawing its first weights takes about" in p.message for p in found)


def test_examples_are_not_warned_of(data_dir: Path) -> None:
    for path in EXAMPLES:
        experiment: Any = load_project(path).experiment
        analysis = experiment.analyze(experiment.dataset.describe())
        assert analysis.cost is not None and not [p for p in analysis.problems if "about" in p.message], path.stem


@pytest.mark.parametrize("cls", list(Optimizer.registry), ids=lambda cls: cls.__name__)
def test_optimizers_tell_how_many_slots_they_hold(cls: type[Optimizer]) -> None:
    assert cls().held_values(1000) >= 1000 * len(cls.slots)


def test_the_estimate_costs_next_to_nothing() -> None:
    """It is made at every key typed into a form."""
    experiment: Any = load("digits_resnet")
    info = experiment.dataset.describe()
    experiment.analyze(info)
    started = time.perf_counter()
    for _ in range(5):
        experiment.analyze(info)
    assert (time.perf_counter() - started) / 5 < 0.1


def test_figures_in_words() -> None:
    assert [bytes_text(n) for n in (500, 12_345_678, 1.5e9, 37e9, 2.44e12)] == ["0.5 kB", "12 MB", "1.5 GB", "37 GB", "2.4 TB"]
    assert [seconds_text(s) for s in (3.04e-3, 4e-5, 1.44, 100, 1800, 3600 * 30, 86400 * 15)] == [
        "3 ms", "0.04 ms", "1.4 s", "100 s", "30 min", "30 hours", "15 days",
    ]  # fmt: skip
