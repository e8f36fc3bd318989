"""Which states are moments of one run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitrine.core.files.examples import find
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.training.continuing import continue_from
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.columns import CHUNK, Column
from vitrine.core.training.trained import Trained, came_through, capture_trained, is_moment_of, take_up
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return load_project(find("xor")).experiment


def begun(experiment: Experiment) -> Trainer:
    return Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]


def on(trainer: Trainer, steps: int) -> Trained:
    events, until = trainer.run(), trainer.step + steps
    while trainer.step < until:
        next(events)
    events.close()
    trained = capture_trained(trainer)
    assert trained is not None
    return trained


def continued(experiment: Experiment, trained: Trained) -> Trainer:
    trainer = begun(experiment)
    take_up(trainer, trained)
    return trainer


def hidden(experiment: Experiment) -> Any:
    return next(node for node in experiment.graph.nodes if hasattr(node.layer, "units"))


def test_a_run_came_through_its_states_and_no_other_did(experiment: Experiment) -> None:
    trainer = begun(experiment)
    first, second = on(trainer, 5), on(trainer, 7)
    assert is_moment_of(first, first) and is_moment_of(first, second) and not is_moment_of(second, first)
    assert came_through(first, experiment, trainer.history)
    again = begun(experiment)
    twin = on(again, 12)
    assert np.array_equal(np.asarray(twin.checkpoint.history["steps/loss"]), np.asarray(second.checkpoint.history["steps/loss"]))
    assert not is_moment_of(first, twin) and not came_through(first, experiment, again.history)
    branch = on(continued(experiment, first), 9)
    assert is_moment_of(first, branch) and not is_moment_of(second, branch)


def test_other_settings_are_the_same_run_and_drawn_layers_another(experiment: Experiment) -> None:
    trainer = begun(experiment)
    first = on(trainer, 5)
    other_rate = experiment.replace(optimizer=experiment.optimizer.replace(learning_rate=0.123))
    assert is_moment_of(first, on(continued(other_rate, first), 2))
    node = hidden(experiment)
    wider = experiment.replace(graph=experiment.graph.set_layer(node.id, node.layer.replace(units=node.layer.units + 1)))
    second = begun(wider)
    continue_from(second, trainer)
    assert not is_moment_of(first, on(second, 3))
    back = begun(experiment)
    continue_from(back, second)
    assert not is_moment_of(first, on(back, 3)), "the layer was drawn anew, twice"


def test_files_tell_it_too(experiment: Experiment, tmp_path: Any) -> None:
    trainer = begun(experiment)
    read = []
    for steps in (5, 7):
        save_project(tmp_path / f"{steps}.vitrine", Project.of(experiment, on(trainer, steps)))
        read.append(load_project(tmp_path / f"{steps}.vitrine").known)
    first, second = read
    assert first is not None and second is not None
    assert is_moment_of(first, second) and not is_moment_of(second, first)


def test_one_row_of_a_long_column() -> None:
    values = np.arange(2 * CHUNK + 5, dtype=np.float64)
    frozen = Column(values).frozen()
    assert [frozen.row(at) for at in (0, CHUNK - 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 4)] == [0, CHUNK - 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 4]
