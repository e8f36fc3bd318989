"""Project files: all comes back, an interrupted write loses nothing, and whatever is no project of ours is told in words."""

from __future__ import annotations

import errno
import json
import os
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import project as module
from core.errors import FileError
from core.events import StepDone
from core.experiment import Experiment, Split, Training
from core.graph import GraphSpec
from core.layers.base import Layer
from core.losses.base import Loss
from core.optimizers.base import Optimizer
from core.project import Project, load_project, save_experiment, save_project
from core.trainer import Trainer
from datasets.build import build
from datasets.digits import Digits
from datasets.preprocessing.scale01 import Scale01


def experiment() -> Experiment:
    L = Layer.registry.get
    return Experiment(
        dataset=Digits(),
        preprocessing=Scale01(),
        graph=GraphSpec.chain(L("Input")(), L("Flatten")(), L("Dropout")(), L("Dense")(units=10, activation="Softmax")),
        loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get("Adam")(),
        split=Split(train=0.5, seed=3),
        training=Training(epochs=4, seed=5),
        name="Übung – 숫자",
        description="What to look for.",
        topic="Tests",
    )


def trainer() -> Trainer:
    e = experiment()
    return Trainer(e, build(e.dataset, e.preprocessing, e.split))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained() -> Project:
    """Stopped in the middle of the second epoch."""
    run = trainer()
    for event in run.run():
        if isinstance(event, StepDone) and event.step == 40:
            break
    run.history.mark(40, "stopped here")
    return Project(run.experiment, run.checkpoint(), {"panels": ["curves"]})


def assert_same(a: Any, b: Any) -> None:
    for name in ("weights", "optimizer", "history"):
        one, other = getattr(a, name), getattr(b, name)
        assert one.keys() == other.keys()
        for key in one:
            assert one[key].dtype == other[key].dtype
            np.testing.assert_array_equal(one[key], other[key])


def test_everything_comes_back(tmp_path: Path, trained: Project) -> None:
    path = tmp_path / "a project.vitrine"
    save_project(path, trained)
    loaded = load_project(path)
    assert loaded.experiment == trained.experiment and loaded.view == trained.view
    assert loaded.checkpoint is not None and trained.checkpoint is not None
    assert_same(loaded.checkpoint, trained.checkpoint)
    assert loaded.checkpoint.meta == trained.checkpoint.meta
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "something temporary was left behind"


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


# -- reading fails ----------------------------------------------------------------------------------------------------------------


def rewrite(source: Path, target: Path, **contents: bytes | None) -> Path:
    """The archive with entries replaced (or, for None, left out)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            stem = name.split(".")[0]
            if contents.get(stem, b"") is not None:
                new.writestr(name, contents.get(stem) or old.read(name))
    return target


@pytest.mark.parametrize(
    "contents, words",
    [
        ({"manifest": None}, "not a Vitrine project: it is some other archive"),
        ({"manifest": b'{"application": "Other", "format": 1}'}, "not a Vitrine project"),
        ({"manifest": b'{"application": "Vitrine", "format": 99}'}, "made by a newer Vitrine .format 99"),
        ({"experiment": None}, "no item named 'experiment.json'"),
        ({"experiment": b"{not json"}, "not readable JSON: .* line 1, column 2"),
        ({"experiment": b"\xff\xfe\xfd"}, "nor an experiment in JSON"),
        ({"experiment": b'{"format": 99}'}, "made by a newer Vitrine"),
        ({"experiment": b"[1, 2]"}, "not the description of an experiment"),
        ({"experiment": b'{"format": 1}'}, "lacks dataset, preprocessing, loss, optimizer, graph"),
        ({"run": b"[]"}, "does not describe a run"),
        ({"weights": None}, "no item named 'weights.safetensors'"),
        ({"weights": b"\x10\0\0\0\0\0\0\0{}"}, "arrays can't be read"),
        ({"experiment": b"[" * 100_000}, "nested too deeply|not readable"),
    ],
)
def test_damaged_entries(tmp_path: Path, trained: Project, contents: dict[str, bytes | None], words: str) -> None:
    save_project(tmp_path / "good.vitrine", trained)
    path = rewrite(tmp_path / "good.vitrine", tmp_path / "bad.vitrine", **contents)
    with pytest.raises(FileError, match=words):
        load_project(path)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda e: e["dataset"].update(type="Nothing"), "dataset: there is no dataset named 'Nothing'"),
        (lambda e: e["optimizer"].update(speed=3), "Adam has no field 'speed'"),
        (lambda e: e["graph"]["nodes"][1]["layer"].update(type="Nope"), "layer flatten_1: there is no layer named 'Nope'"),
        (lambda e: e["graph"]["edges"].append(["dense_1", "gone"]), "names a layer that is not there"),
        (lambda e: e["graph"].update(nodes=7), "description is broken"),
        (lambda e: e.update(loss=[]), "loss"),
        (lambda e: e.update(split=None), "split"),
    ],
)
def test_damaged_experiments_name_the_place(tmp_path: Path, change: Any, words: str) -> None:
    data = experiment().to_json()
    change(data)
    (tmp_path / "bad.json").write_text(json.dumps(data))
    with pytest.raises(FileError, match=words):
        load_project(tmp_path / "bad.json")


def test_other_files(tmp_path: Path) -> None:
    for name, content in {"empty.json": b"", "picture.png": b"\x89PNG\r\n\x1a\n\0\0", "notes.txt": b"Dear diary"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError, match=name):
            load_project(tmp_path / name)
    with pytest.raises(FileError, match="No such file"):
        load_project(tmp_path / "absent.vitrine")
    with pytest.raises(FileError, match="can't be read"):
        load_project(tmp_path)


def test_a_header_that_lies_about_its_size(tmp_path: Path, trained: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    save_project(tmp_path / "p.vitrine", trained)
    monkeypatch.setattr(module, "LARGEST_ARRAYS", 100)
    with pytest.raises(FileError, match="claims to hold"):
        load_project(tmp_path / "p.vitrine")


def test_any_truncation_or_flipped_byte_is_a_file_error_or_harmless(tmp_path: Path, trained: Project) -> None:
    """Never another exception; and what still loads is what was saved (the damage hit a spot that holds nothing)."""
    path = tmp_path / "p.vitrine"
    save_project(path, trained)
    good, rng = path.read_bytes(), random.Random(0)
    for length in [0, 1, 2, 4, 30, *(rng.randrange(len(good)) for _ in range(60))]:
        path.write_bytes(good[:length])
        with pytest.raises(FileError):
            load_project(path)
    for _ in range(300):
        data = bytearray(good)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(data))
        try:
            loaded = load_project(path)
        except FileError:
            continue
        assert loaded.experiment == trained.experiment
        if loaded.checkpoint is not None and trained.checkpoint is not None:
            assert_same(loaded.checkpoint, trained.checkpoint)
