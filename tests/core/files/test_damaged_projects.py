"""Damaged files: what is wrong is told in words and where, and a sound experiment is salvaged."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from project_help import assert_same, experiment, rewrite

from vitrine.core.errors import FileError
from vitrine.core.files import project as module
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.layers.base import Layer


@pytest.mark.parametrize(
    "contents, words",
    [
        ({"manifest": None}, "not a Vitrine project: it is some other archive"),
        ({"manifest": b'{"application": "Other", "format": 1}'}, "not a Vitrine project"),
        ({"manifest": b'{"application": "Vitrine", "format": 99}'}, "made by a newer Vitrine .format 99"),
        ({"manifest": b'{"application": "Vitrine", "format": true}'}, "damaged: True in its manifest is no format"),
        ({"manifest": b'{"application": "Vitrine", "format": -5}'}, "damaged: -5 in its manifest is no format"),
        ({"manifest": b'{"application": "Vitrine", "format": 1.5}'}, "damaged: 1.5 in its manifest is no format"),
        ({"manifest": b'{"application": "Vitrine", "format": "1"}'}, "damaged: '1' in its manifest is no format"),
        ({"manifest": b'{"application": "Vitrine"}'}, "damaged: None in its manifest is no format"),
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


DAMAGED_TRAINING: dict[str, tuple[dict[str, bytes | None], str]] = {
    "run": ({"run": b"[]"}, "does not describe a run"),
    "no weights": ({"weights": None}, "no item named 'weights.safetensors'"),
    "weights": ({"weights": b"\x10\0\0\0\0\0\0\0{}"}, "arrays can't be read"),
    "history": ({"history": b"nothing"}, "arrays can't be read"),
    "trained": ({"trained": b"{not json"}, "trained.json is not readable JSON"),
    "a layer of what was trained": ({"trained": b'{"format": 1}'}, "lacks dataset"),
}


@pytest.mark.parametrize("case", DAMAGED_TRAINING)
def test_a_sound_experiment_is_salvaged_from_a_file_whose_training_is_damaged(tmp_path: Path, trained: Project, case: str) -> None:
    """To be shown with the damage in words; who does not ask for that, the command line for instance, is refused the file."""
    contents, words = DAMAGED_TRAINING[case]
    assert trained.known is not None
    edited = trained.experiment.replace(graph=trained.experiment.graph.set_layer("dense_1", Layer.registry.get("Dense")(units=7)))
    save_project(tmp_path / "good.vitrine", Project.of(edited, trained.known))
    path = rewrite(tmp_path / "good.vitrine", tmp_path / "bad.vitrine", **contents)
    with pytest.raises(FileError, match=words):
        load_project(path)
    found = load_project(path, salvage=True)
    assert found.experiment == edited and found.known is None and found.trained is None
    assert words in found.damage
    assert load_project(tmp_path / "good.vitrine", salvage=True).damage == ""


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
