"""Every schedule: a positive, finite rate at every step, in proportion to the base, the same when asked again."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.conformance.cases import examples, show
from vitrine.core.schedules.base import Schedule
from vitrine.core.training.settings import Training

CASES: list[Any] = examples(Schedule.registry)
each_schedule = pytest.mark.parametrize("schedule", CASES, ids=show)
LOSSES = [1.0, 0.8, 0.8, 0.7, 0.75, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]


def rates(schedule: Schedule, base: float, epochs: int = 20, per_epoch: int = 5) -> list[float]:
    total = epochs * per_epoch
    return [schedule.rate(base, s, s // per_epoch, total, per_epoch, LOSSES[: s // per_epoch]) for s in range(total)]


@each_schedule
def test_rates_are_positive_and_in_proportion(schedule: Schedule) -> None:
    found = rates(schedule, 0.1)
    assert all(math.isfinite(r) and 0 < r <= 0.1 * (1 + 1e-9) for r in found)
    assert found == rates(schedule, 0.1)
    assert rates(schedule, 0.2) == pytest.approx([2 * r for r in found])


@each_schedule
def test_by_epoch_means_the_same_rate_all_epoch(schedule: Schedule) -> None:
    found = rates(schedule, 0.1)
    flat = all(len(set(found[i : i + 5])) == 1 for i in range(0, len(found), 5))
    assert flat or not schedule.by_epoch


@each_schedule
@pytest.mark.parametrize("epochs, per_epoch", [(1, 1), (1, 7), (3, 1)])
def test_short_runs(schedule: Schedule, epochs: int, per_epoch: int) -> None:
    assert all(0 < r <= 1 + 1e-9 for r in rates(schedule, 1.0, epochs, per_epoch))


@each_schedule
def test_beyond_the_planned_end(schedule: Schedule) -> None:
    """A run may be trained on."""
    assert 0 <= schedule.rate(0.1, 150, 30, 100, 5, LOSSES) <= 0.1


@each_schedule
def test_losses_that_are_no_numbers(schedule: Schedule) -> None:
    assert math.isfinite(schedule.rate(0.1, 15, 3, 100, 5, [math.nan, math.inf, 0.5]))


@each_schedule
def test_misfit_names_a_field(schedule: Schedule) -> None:
    for epochs in (1, 10_000):
        found = schedule.misfit(Training(epochs=epochs))
        assert found is None or (schedule.field(found[0]) and str(epochs) in found[1])
    assert schedule.misfit(Training(epochs=10_000)) is None


@each_schedule
def test_preview(schedule: Schedule) -> None:
    xs, ys = schedule.preview(0.1, 20, 500, count=50)
    assert len(xs) == len(ys) <= 50
    assert xs[0] == 0.0 and 19 < xs[-1] < 20 and xs == sorted(xs)
    assert len(schedule.preview(0.1, 1, 1)[0]) == 1
    assert len(schedule.preview(0.1, 10**400, 20)[0]) > 1, "a number of epochs that is nobody's intention"
