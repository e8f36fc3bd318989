"""Files that claim too much: refused before anything is unpacked, with the numbers."""

from __future__ import annotations

import dataclasses
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from project_help import experiment

from vitrine.core import machine
from vitrine.core.errors import FileError
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.layers.base import Layer
from vitrine.core.training.history import RunHistory


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


def test_what_a_library_says_of_a_broken_file_is_cut_short(tmp_path: Path, trained: Project) -> None:
    """Python's own reader quotes the name of an entry, however long the file makes it."""
    path = tmp_path / "case.vitrine"
    save_project(path, trained)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("experiment.json").header_offset
    data = bytearray(path.read_bytes())
    data[at + 26 : at + 28] = (8000).to_bytes(2, "little")  # the length of the name, as the entry itself says it
    path.write_bytes(data)
    with pytest.raises(FileError, match="case.vitrine is damaged or cut short: ") as caught:
        load_project(path)
    assert len(str(caught.value)) < 600 + len(str(path)) and "\n" not in str(caught.value)


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


def rewritten(path: Path, entry: str, change: Any) -> None:
    """The project with one JSON entry changed in place."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    data = json.loads(held[entry])
    change(data)
    held[entry] = json.dumps(data).encode("ascii")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


def test_half_of_a_surrogate_pair_in_a_foreign_run_keeps_nobody_from_saving(tmp_path: Path, trained: Project) -> None:
    """Such text can't be written as UTF-8; every Save of that project failed."""
    path = tmp_path / "case.vitrine"
    save_project(path, trained)
    rewritten(path, "run.json", lambda run: run["marks"].append([1, "\ud800"]))
    opened = load_project(path)
    save_project(tmp_path / "again.vitrine", opened)
    again = load_project(tmp_path / "again.vitrine")
    assert again.checkpoint is not None and again.checkpoint.meta["marks"][-1] == [1, "\ud800"]


def test_a_format_of_hundreds_of_digits_is_told_in_a_line(tmp_path: Path, trained: Project) -> None:
    path = tmp_path / "case.vitrine"
    save_project(path, trained)
    rewritten(path, "manifest.json", lambda manifest: manifest.update(format=10**800))
    with pytest.raises(FileError, match=r"newer Vitrine \(format a number of about 801 digits, this one reads"):
        load_project(path)
