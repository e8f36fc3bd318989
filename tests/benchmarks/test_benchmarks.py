"""The benchmarks measure what they say: every scenario trains, learns what PyTorch learns, and sections are found by their files."""

from __future__ import annotations

from types import ModuleType

import pytest

from benchmarks.machine import describe
from benchmarks.measure import Side, compare
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.section import Options, sections
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


def test_the_machine_is_described() -> None:
    text = describe()
    assert "processors" in text and "threads" in text and "NumPy" in text


def test_options_choose_scenarios() -> None:
    assert Options().wants("S3")
    assert Options(only=("S3",)).wants("S3") and not Options(only=("S3",)).wants("S1")
