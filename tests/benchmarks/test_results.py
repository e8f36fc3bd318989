"""The table of results: what a run depends on, that runs are remembered, and that the page in docs tells of every row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.results.__main__ import PAGE, main
from benchmarks.results.page import measure, page, table
from benchmarks.results.row import Figure, Row, accuracy, at_least, rows
from benchmarks.results.rows.one_unit import Perceptron
from benchmarks.results.runs import NotMeasured, Run, Runs, both, fingerprint, set_hidden, set_part
from tests.conftest import ROOT
from vitrine.core.files.examples import find


def stored(name: str) -> dict:
    return json.loads(find(name).read_text(encoding="utf-8"))


def made(accuracy: float, seed: int = 0) -> Run:
    return Run("digits_mlp", "", seed, {"test_accuracy": accuracy, "epochs": 20, "seconds": 3.14159}, Path())


def test_every_row_says_what_it_is() -> None:
    known = rows()
    assert [r.rank for r in known] == sorted({r.rank for r in known}), "two rows of one rank"
    assert all(r.lecture and r.title for r in known)
    assert {f"L{n}" for n in (*range(1, 16), 17, 20, 21, 22, 24)} <= {r.lecture for r in known}


def test_the_fingerprint_is_of_what_a_run_depends_on() -> None:
    data = stored("digits_mlp")
    first = fingerprint(data)
    data |= {"name": "other", "description": "other", "rank": 1}
    data["graph"]["nodes"][0]["position"] = [7, 7]
    assert fingerprint(data) == first
    for change in (set_part(training={"seed": 8}), set_part(optimizer="Adam"), set_hidden("units", 3)):
        changed = stored("digits_mlp")
        change(changed)
        assert fingerprint(changed) != first
        assert changed["training"]["epochs"] == stored("digits_mlp")["training"]["epochs"]


def test_changes_leave_the_output_layer_alone() -> None:
    data = stored("digits_mlp")
    both(set_hidden("activation", "Tanh"), set_part(loss="MeanSquaredError"))(data)
    dense = [node["layer"] for node in data["graph"]["nodes"] if isinstance(node["layer"], dict) and node["layer"]["type"] == "Dense"]
    assert [layer["activation"] for layer in dense] == ["Tanh", "Tanh", "Softmax"]
    assert data["loss"] == "MeanSquaredError"


def test_a_run_is_made_once_and_again_when_asked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = Runs(tmp_path).run("perceptron_or", seed=3, epochs=4)
    assert run.result["epochs"] == 4 and run.result["seed"] == run.seed == 3
    trainer = run.trainer()
    assert trainer.epoch == 4 and trainer.history.epochs.count == 4
    assert capfd.readouterr().err.count("training") == 1
    assert Runs(tmp_path).run("perceptron_or", seed=3, epochs=4).result == run.result
    assert "training" not in capfd.readouterr().err
    again = Runs(tmp_path, again=True)
    found = [again.run("perceptron_or", seed=3, epochs=4).result["weights_sha256"] for _ in range(2)]
    assert found == [run.result["weights_sha256"]] * 2
    assert capfd.readouterr().err.count("training") == 1
    assert not list(tmp_path.glob("*.partial")) and not list(tmp_path.glob("*.experiment"))


def test_a_run_that_cannot_be_made_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    def spoil(data: dict) -> None:
        data["graph"]["nodes"][-1]["layer"]["units"] = 0

    with pytest.raises(NotMeasured, match="(?i)units"):
        Runs(tmp_path).run("perceptron_or", change=spoil)
    assert list(tmp_path.iterdir()) == []


def test_figures_over_seeds() -> None:
    found = [made(0.97), made(0.99, seed=1)]
    figure = at_least("test accuracy", "96 %", found, 0.97)
    assert figure.ours == "98.00 % (97.00, 99.00)" and figure.reached and figure.wanted == "at least 97 %"
    assert figure.how == "`digits_mlp`, seeds 0, 1, 20 epochs, 3.1 s each"
    assert at_least("test accuracy", "96 %", found, 0.975).reached is False, "every seed must reach it"
    assert accuracy("test accuracy", "", found[:1]).ours == "97.00 %"


class _Scratch(Row):
    """Not one of the known rows: see the fixture."""

    lecture, title, rank = "L0", "scratch", 0.0

    def measure(self, runs: Runs) -> Iterator[Figure]:
        yield Figure("one | two", "1", "2", "by hand", "1", False)
        yield Figure("three", "3", "3", "by hand", "3", True)


Row.registry.forget(__name__)


def test_the_page_says_what_is_not_reached(tmp_path: Path) -> None:
    text = page([measure(_Scratch, Runs(tmp_path))])
    assert "| L0 | one \\| two | 1 | 2 | 1: **not reached** | by hand |" in text
    assert "Of 2 wanted figures 1 are reached; not reached: L0 one | two." in text
    assert table(("a",), [[1]]) == "| a |\n| --- |\n| 1 |"


def test_the_perceptron_row(tmp_path: Path) -> None:
    figures = [part for part in Perceptron().measure(Runs(tmp_path)) if isinstance(part, Figure)]
    assert len(figures) == 4 and all(f.reached for f in figures), figures


def test_data_that_is_not_there_leaves_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = PAGE.read_bytes()
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path / "empty"))
    assert main(["--row", "L2", "--row", "L4", "--cache", str(tmp_path / "cache")]) == 1
    shown = capsys.readouterr()
    assert "not measured" in shown.out and "(0.0900, 0.2447, 0.6652)" in shown.out
    assert "ex1data1.txt" in shown.err
    assert PAGE.read_bytes() == before
    assert main(["--row", "L4", "--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "page.md")]) == 0
    assert "| L4 |" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_the_page_in_docs_tells_of_every_row() -> None:
    text = PAGE.read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (\w+) \|", text, re.MULTILINE))
    assert told >= {r.lecture for r in rows()}
    assert "not measured:" not in text
    for name in set(re.findall(r"`([a-z]+_[a-z_0-9]+)`", text)):
        assert find(name).exists()


def test_the_page_names_no_place_on_a_machine() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert str(ROOT) not in text and "/home" not in text and "/root" not in text
