"""Project files: all comes back, an interrupted write loses nothing, and whatever is no project of ours is told in words."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from project_help import assert_same, experiment, trainer

from vitrine.core.errors import FileError
from vitrine.core.files import project as module
from vitrine.core.files.project import Project, load_project, save_experiment, save_project
from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.training.parts.network import without_gaps
from vitrine.core.training.settings import Split
from vitrine.core.training.trained import take_up
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build


def test_everything_comes_back(tmp_path: Path, trained: Project) -> None:
    path = tmp_path / "a project.vitrine"
    save_project(path, trained)
    loaded = load_project(path)
    assert loaded.experiment == trained.experiment and loaded.view == trained.view
    assert loaded.checkpoint is not None and trained.checkpoint is not None
    assert_same(loaded.checkpoint, trained.checkpoint)
    assert loaded.checkpoint.meta == trained.checkpoint.meta
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "something temporary was left behind"


def test_weights_of_another_experiment_are_stored_with_it(tmp_path: Path, trained: Project) -> None:
    """The network was edited since. Older programs are told that a file with a run is newer than they are."""
    edited = trained.experiment.replace(graph=trained.experiment.graph.set_layer("dense_1", Layer.registry.get("Dense")(units=7)))
    assert trained.known is not None
    save_project(tmp_path / "p.vitrine", Project.of(edited, trained.known))
    loaded = load_project(tmp_path / "p.vitrine")
    assert loaded.experiment == edited and loaded.trained == trained.experiment
    assert loaded.known is not None and loaded.known.experiment == trained.experiment and loaded.known.step == 40
    assert_same(loaded.known.checkpoint, trained.checkpoint)
    save_project(tmp_path / "q.vitrine", Project.of(trained.experiment, trained.known))
    for name, version in (("p.vitrine", 3), ("q.vitrine", 3)):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert json.loads(archive.read("manifest.json"))["format"] == version


@pytest.mark.parametrize("change", ["nothing", "a setting", "a layer", "the data"])
def test_a_run_takes_up_what_was_trained_as_far_as_it_fits(trained: Project, change: str) -> None:
    known, wanted = trained.known, trained.experiment
    assert known is not None
    if change == "a setting":
        wanted = wanted.replace(optimizer=wanted.optimizer.replace(learning_rate=0.5))
    if change == "a layer":
        wanted = wanted.replace(graph=wanted.graph.set_layer("dropout_1", wanted.graph["dropout_1"].layer.replace(rate=0.1)))
    if change == "the data":
        wanted = wanted.replace(split=Split(train=0.6))
    run = Trainer(wanted, build(wanted.dataset, wanted.preprocessing, wanted.split))  # type: ignore[arg-type]
    take_up(run, known)
    same = all(np.array_equal(array, known.checkpoint.weights[key]) for key, array in run.network.arrays().items())
    assert (run.step, same) == ((0, False) if change == "the data" else (40, True))
    assert run.experiment == wanted and run.learning_rate == wanted.optimizer.learning_rate


def test_a_loaded_run_goes_on_exactly(tmp_path: Path, trained: Project) -> None:
    save_project(tmp_path / "p.vitrine", trained)
    whole, again = trainer(), trainer()
    loaded = load_project(tmp_path / "p.vitrine")
    assert loaded.checkpoint is not None
    again.restore(loaded.checkpoint)
    for run in (whole, again):
        list(run.run())
    np.testing.assert_array_equal(whole.network.params, again.network.params)
    assert again.history.marks == [(40, "stopped here")]


def test_a_run_stored_with_gaps_between_its_arrays_goes_on_exactly(trained: Project) -> None:
    """Older files: every parameter began at a multiple of 16 floats, in the optimizer's slots too."""
    whole, again = trainer(), trainer()
    stored = trained.checkpoint
    assert stored is not None

    def with_gaps(slot: np.ndarray) -> np.ndarray:
        parts = [slot[cut] for cut in whole.network.slices.values()]
        return np.concatenate([np.pad(part, (0, -len(part) % 16), constant_values=np.nan) for part in parts])

    again.restore(dataclasses.replace(stored, optimizer={name: with_gaps(slot) for name, slot in stored.optimizer.items()}))
    for run in (whole, again):
        list(run.run())
    np.testing.assert_array_equal(whole.network.params, again.network.params)


def test_a_run_without_any_parameter_goes_on() -> None:
    """Flatten and an activation alone: the optimizer's slots are empty."""
    bare = GraphSpec.chain(Layer.registry.get("Input")(), Layer.registry.get("Activation")())
    network = Network(bare, (2,), seed=1)
    assert not network.specs and without_gaps(np.empty(0), network).shape == (0,)


def test_weights_can_be_read_by_others(tmp_path: Path, trained: Project) -> None:
    from safetensors.numpy import load

    save_project(tmp_path / "p.vitrine", trained)
    with zipfile.ZipFile(tmp_path / "p.vitrine") as archive:
        weights = load(archive.read("weights.safetensors"))
    assert weights["dense_1/W"].shape == (64, 10) and weights["dense_1/W"].dtype == np.float32


def test_untrained_and_bare_experiments(tmp_path: Path) -> None:
    save_project(tmp_path / "p.vitrine", Project(experiment()))
    save_experiment(tmp_path / "p.json", experiment())
    for name in ("p.vitrine", "p.json"):
        loaded = load_project(tmp_path / name)
        assert loaded.experiment == experiment() and loaded.checkpoint is None and loaded.view == {}
    assert "숫자" in (tmp_path / "p.json").read_text(encoding="utf-8")


def test_experiments_stored_before_topics_open(tmp_path: Path) -> None:
    data = experiment().to_json()
    del data["topic"], data["description"]
    (tmp_path / "old.json").write_text(json.dumps(data))
    assert load_project(tmp_path / "old.json").experiment == experiment().replace(topic="", description="")


# -- writing fails ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_full_disk_leaves_the_old_file(tmp_path: Path, trained: Project, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "p.vitrine"
    save_project(path, Project(experiment()))
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "write":
        monkeypatch.setattr(module, "_put_json", full)
    else:
        monkeypatch.setattr(os, call, full)
    with pytest.raises(FileError, match="No space left on device; what was there before is unchanged"):
        save_project(path, trained)
    monkeypatch.undo()
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="can't be written: No such file or directory"):
        save_project(tmp_path / "nowhere" / "p.vitrine", Project(experiment()))


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.vitrine", tmp_path / "link.vitrine"
    save_project(real, Project(experiment()))
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    save_project(link, Project(experiment().replace(name="changed")))
    assert link.is_symlink() and load_project(real).experiment.name == "changed"


@pytest.mark.parametrize("answer", ["raises", "no json"])
def test_a_layer_whose_own_stored_form_breaks_keeps_nobody_from_saving(
    tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contributed code again: its declared fields are stored, and read again."""

    def to_json(layer: Layer) -> Any:
        if answer == "raises":
            raise ValueError("no words")
        return {"type": {1, 2}}

    monkeypatch.setattr(Layer.registry.get("Dense"), "to_json", to_json, raising=False)
    save_project(tmp_path / "p.vitrine", Project(experiment()))
    save_experiment(tmp_path / "p.json", experiment())
    for name in ("p.vitrine", "p.json"):
        assert load_project(tmp_path / name).experiment == experiment()
