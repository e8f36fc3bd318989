"""Project files: all comes back, an interrupted write loses nothing, and whatever is no project of ours is told in words."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import random
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitrine.core import machine
from vitrine.core.errors import FileError
from vitrine.core.files import project as module
from vitrine.core.files.project import Project, load_project, save_experiment, save_project
from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.events import StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trained import take_up
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01


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
            np.testing.assert_array_equal(one[key], other[key])
            assert np.asarray(one[key]).dtype == np.asarray(other[key]).dtype


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


# -- files that claim too much ------------------------------------------------------------------------------------------------------


def refused_unread(path: Path, words: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FileError, match=words):
            load_project(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000, "something was unpacked"
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("entry", ["weights.safetensors", "experiment.json", "something_else.bin"])
def test_a_small_file_that_would_unpack_into_gigabytes_is_refused_unread(tmp_path: Path, trained: Project, entry: str) -> None:
    save_project(tmp_path / "good.vitrine", trained)
    bomb = tmp_path / "bomb.vitrine"
    with zipfile.ZipFile(tmp_path / "good.vitrine") as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != entry:
                new.writestr(name, old.read(name))
        with new.open(entry, "w") as file:
            for _ in range(200):
                file.write(bytes(2**20))
    assert bomb.stat().st_size < 1_000_000
    refused_unread(bomb, r"bomb.vitrine is damaged or a trick: its \d{3},\d{3} bytes claim to unpack into 2\d\d,\d{3},\d{3}")


def test_the_record_of_a_long_run_is_no_bomb(tmp_path: Path, trained: Project) -> None:
    """A million and a half steps whose columns hardly vary: however compactly they are stored, the file opens."""
    assert trained.checkpoint is not None
    table, count = RunHistory(), 1_500_000
    for name, column in table.steps.columns.items():
        table.steps.columns[name] = type(column)(np.arange(1.0, count + 1) if name == "step" else np.full(count, 0.5))
    table.steps.count = count
    checkpoint = dataclasses.replace(trained.checkpoint, history=table.frozen())
    save_project(tmp_path / "long.vitrine", Project(trained.experiment, checkpoint))
    loaded = load_project(tmp_path / "long.vitrine").checkpoint
    assert loaded is not None
    steps = RunHistory.of(loaded.history).steps
    assert steps.count == count and steps.column("step")[-1] == count and steps.column("loss")[0] == 0.5


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_other_packings_are_refused_unread(tmp_path: Path, trained: Project, packing: int) -> None:
    """What they unpack is not bounded by what the entry declares: 4 kB of bzip2 may be gigabytes."""
    save_project(tmp_path / "good.vitrine", trained)
    with zipfile.ZipFile(tmp_path / "good.vitrine") as good, zipfile.ZipFile(tmp_path / "bad.vitrine", "w", packing) as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name))
    with pytest.raises(FileError, match="packed in a way that Vitrine never uses"):
        load_project(tmp_path / "bad.vitrine")


def test_contributed_code_that_breaks_at_a_file_is_told_of_the_file(tmp_path: Path) -> None:
    class FromBefore(Layer):
        version = 2
        upgrades = {1: lambda values: 1 / 0}  # noqa: RUF012

    data = experiment().to_json()
    data["graph"]["nodes"][1]["layer"] = {"type": "FromBefore"}
    (tmp_path / "bad.json").write_text(json.dumps(data))
    try:
        with pytest.raises(FileError, match="contributed code breaks at it: ZeroDivisionError"):
            load_project(tmp_path / "bad.json")
    finally:
        Layer.registry.forget(__name__)


def test_a_record_of_more_rows_than_the_machine_holds(tmp_path: Path, trained: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal numbers take next to nothing in a file, and gigabytes once they are drawn."""
    assert trained.checkpoint is not None
    rows = sum(map(len, trained.checkpoint.history.values()))
    monkeypatch.setattr("vitrine.core.machine.memory", lambda: 8 * rows - 1)
    with pytest.raises(ValueError, match="more than this machine holds"):
        RunHistory.of(trained.checkpoint.history)
    monkeypatch.setattr("vitrine.core.machine.memory", lambda: 8 * rows)
    assert RunHistory.of(trained.checkpoint.history).steps.count == len(trained.checkpoint.history["steps/step"])


def test_entries_without_number_are_no_project(tmp_path: Path, trained: Project) -> None:
    path = tmp_path / "many.vitrine"
    save_project(path, trained)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(1001):
            archive.writestr(f"more/{number}", b"")
    refused_unread(path, r"it holds 1,\d{3} entries")


def test_more_than_the_machine_holds(tmp_path: Path, trained: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    save_project(tmp_path / "p.vitrine", trained)
    monkeypatch.setattr(machine, "memory", lambda: 10_000)
    refused_unread(tmp_path / "p.vitrine", "can't be opened here: it holds .* GB, and this machine has 0.0 GB of memory")


def tensors(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (b"", "a header of 0 bytes in a file of 0"),
        (b"\xff" * 8, "a header of 18,446,744,073,709,551,615 bytes"),
        (tensors(b"{"), "the header is no JSON"),
        (tensors(b"[" * 50_000), "the header is no JSON"),
        (tensors([1, 2]), "the header is a list of 2"),
        (tensors({"a": 5}), "'a' is of the unknown type None"),
        (tensors({"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}, b"12"), "unknown type 'BF16'"),
        (tensors({"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}, b"1234"), "unknown type"),
        (tensors({"a": {"dtype": "F32", "shape": [10**30], "data_offsets": [0, 4]}}, b"1234"), "the shape .* of 'a' is none"),
        (tensors({"a": {"dtype": "F32", "shape": [1] * 70, "data_offsets": [0, 4]}}, b"1234"), "the shape a list of 70 of 'a' is none"),
        (tensors({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"), "the shape"),
        (tensors({"a": {"dtype": "F32", "shape": [2**30], "data_offsets": [0, 4]}}, b"1234"), "does not fill the 4 bytes"),
        (tensors({"a": {"dtype": "F32", "shape": [2**20], "data_offsets": [0, 2**22]}}, b"1234"), "take 4,194,304 bytes, it holds 4"),
        (tensors({n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"}, b"1234"), "overlap or leave gaps"),
        (tensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, b"12345678"), "overlap or leave gaps"),
    ],
)
def test_arrays_are_what_their_header_declares(tmp_path: Path, trained: Project, weights: bytes, words: str) -> None:
    save_project(tmp_path / "good.vitrine", trained)
    path = tmp_path / "bad.vitrine"
    with zipfile.ZipFile(tmp_path / "good.vitrine") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, weights if name == "weights.safetensors" else old.read(name))
    refused_unread(path, words)
