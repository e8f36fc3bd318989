"""Moments: copies that nobody changes, and networks that come back to them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainers import forward, started

from vitrine.core.layers.dense import Dense
from vitrine.core.probes.base import Probe
from vitrine.core.probes.confusion import ConfusionMatrix
from vitrine.core.probes.cost_surface import CostSurface
from vitrine.core.probes.gradients import Gradients
from vitrine.core.probes.step_numbers import StepNumbers
from vitrine.core.probes.thumbnails import Thumbnails
from vitrine.core.recording.moment import Copy, moment_of
from vitrine.core.training.trainer import Trainer


def assert_same(first: Any, second: Any) -> None:
    """Two answers, array for array."""
    assert type(first) is type(second)
    if dataclasses.is_dataclass(first):
        for field in dataclasses.fields(first):
            assert_same(getattr(first, field.name), getattr(second, field.name))
    elif isinstance(first, (tuple, list)):
        assert len(first) == len(second)
        for a, b in zip(first, second):
            assert_same(a, b)
    elif isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            assert_same(first[key], second[key])
    else:
        np.testing.assert_array_equal(first, second)


@pytest.fixture(params=["digits_cnn", "xor_by_example", "digits_resnet", "optimizer_adam", "one_neuron"])
def run(request: pytest.FixtureRequest) -> Trainer:
    trainer = started(request.param, 9)
    trainer.control.pause()
    return trainer


def test_a_moment_stays_as_it_was(run: Trainer) -> None:
    moment = moment_of(run.view, slots=True)
    before = [moment.params.copy(), *(a.copy() for a in moment.state.values()), *(a.copy() for a in moment.optimizer.slots.values())]
    run.control.run()
    forward(run, 5)
    after = [moment.params, *moment.state.values(), *moment.optimizer.slots.values()]
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, two)
    assert moment.step == 9 and not np.array_equal(moment.params, run.network.params)
    for array in after:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        moment.step = 3  # type: ignore[misc]
    assert not moment_of(run.view).optimizer.slots, "slots cost as much as the parameters: only where they are wanted"


def test_a_copy_answers_as_the_run_did(run: Trainer) -> None:
    """While the run has gone on since."""
    layer = next(key.split("/")[0] for key in run.network.specs)
    ids = tuple(node.id for node in run.network.graph.nodes)
    split = "validation" if len(run.data.split("validation")[0]) else "train"
    probes: list[Probe[Any]] = [
        StepNumbers(node=layer), Thumbnails(nodes=ids, split=split), ConfusionMatrix(split=split), Gradients(),
    ]  # fmt: skip
    run.watch.ask("none")
    run.control.run()
    forward(run, 1)
    run.control.pause()
    moment = moment_of(run.view, slots=True)
    live = [probe(run.view) for probe in probes]
    run.control.run()
    forward(run, 7)
    copy = Copy(run.data)
    for probe, answer in zip(probes, live):
        assert answer is not None
        assert_same(probe(copy.view(moment)), answer)


def test_the_way_is_part_of_the_moment(lecture_dir: Path) -> None:
    run = started("food_truck", 40)
    copy = Copy(run.data)
    moment = moment_of(run.view)
    forward(run, 40)
    found = CostSurface()(copy.view(moment))
    assert found is not None and found.kind == "plane" and len(found.path) == 41 and found.step == 40
    later = CostSurface()(copy.view(moment_of(run.view)))
    assert len(later.path) == 81 and later.done > found.done and later.survey_step == 40, "one survey goes on"


def test_a_copy_follows_the_graph() -> None:
    run = started("xor_by_example")
    copy = Copy(run.data)
    first = copy.view(moment_of(run.view)).network
    graph = run.experiment.graph
    moved = graph.move({node.id: (5.0, 5.0) for node in graph.nodes})
    run.subject.experiment = run.experiment.replace(graph=moved)
    assert copy.view(moment_of(run.view)).network is first, "cards were moved, no more"
    wider = run.experiment.replace(graph=graph.set_layer("dense_1", Dense(units=7, activation="Tanh")))
    other = Trainer(wider, run.data)
    view = copy.view(moment_of(other.view))
    assert view.network is not first and view.network.views["dense_1/W"].shape == (2, 7)
    np.testing.assert_array_equal(view.network.params, other.network.params)
