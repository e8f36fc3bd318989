"""The benchmarks measure what they say: every scenario trains, learns what PyTorch learns, and sections are found by their files."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import machine
from benchmarks.machine import describe
from benchmarks.measure import Side, compare
from benchmarks.rival import Rival
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.section import Options, sections
from benchmarks.sections import window
from benchmarks.sections.speed import check, row

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@each_scenario
def test_both_sides_do_equal_work(torch: ModuleType, scenario: Scenario) -> None:
    assert check(scenario, torch) < scenario.alike, "losses of ten steps from the same weights on the same batches"


def test_sections_are_found_in_order() -> None:
    found = sections()
    assert {"speed", "blas", "scaling", "memory", "accuracy"} <= {section.name for section in found}
    assert [section.rank for section in found] == sorted(section.rank for section in found)
    assert all(section.title for section in found)


def test_rounds_are_interleaved_and_prepared() -> None:
    order: list[str] = []

    def side(name: str) -> Side:
        return Side(name, lambda: order.append(name), lambda: None)

    speeds = compare([side("a"), side("b")], rounds=3, seconds=0.002)
    assert order == ["a", "b"] * 4, "once to warm up, then three rounds"
    assert set(speeds) == {"a", "b"} and all(speed.median > 0 and speed.spread >= 0 for speed in speeds.values())


def test_a_row_tells_the_ratio_to_the_better_rival_and_a_difference_in_losses() -> None:
    scenario = SCENARIOS[0]
    steps = {"vitrine 1": 30.0, "vitrine all": 20.0, "torch 1": 10.0, "torch all": 15.0}
    from benchmarks.measure import Speed

    speeds = {name: Speed(value, 0.01) for name, value in steps.items()}
    text = row(scenario, speeds, 1e-6)
    assert "3,000 ± 1%" in text and " 2.00 " in text and "agree" in text
    assert "LOSSES DIFFER" in row(scenario, speeds, 2e-5)


@pytest.mark.parametrize("side", [(), ("plain",)], ids=["window", "plain"])
def test_what_has_no_data_is_not_measured_and_says_so(side: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waited for ever for a run that can never be ready."""
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path))
    monkeypatch.setattr(window, "PATIENCE", 60)
    told = window.probe("mnist_mlp", "0.1", *side)
    assert list(told) == ["error"] and told["error"].startswith("train-images-idx3-ubyte.gz is not there"), told


def test_a_measurement_that_does_not_end_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "PATIENCE", 0.01)
    assert "did not end" in window.probe("xor", "0.1")["error"]


def test_data_are_found_where_the_tests_find_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "BESIDE", tmp_path)
    monkeypatch.setenv("VITRINE_DATA", "named")
    machine.find_data()
    assert os.environ["VITRINE_DATA"] == "named"
    monkeypatch.setenv("VITRINE_DATA", "")
    machine.find_data()
    assert os.environ["VITRINE_DATA"] == str(tmp_path)
    monkeypatch.setenv("VITRINE_DATA", "")
    monkeypatch.setattr(machine, "BESIDE", tmp_path / "nowhere")
    machine.find_data()
    assert os.environ["VITRINE_DATA"] == ""


@pytest.mark.filterwarnings("error")
def test_the_rival_learns_on_copies(torch: ModuleType) -> None:
    """PyTorch warned of read-only arrays in the middle of the table."""
    for scenario in SCENARIOS[:2]:
        trainer = scenario.trainer()
        rival = Rival(trainer, torch)
        assert rival.x.numpy().flags.writeable and not np.shares_memory(rival.x.numpy(), trainer.x)


def test_the_machine_is_described() -> None:
    text = describe()
    assert "processors" in text and "threads" in text and "NumPy" in text


def test_options_choose_scenarios() -> None:
    assert Options().wants("S3")
    assert Options(only=("S3",)).wants("S3") and not Options(only=("S3",)).wants("S1")
