"""Curves of any length: no extreme is lost, and what is kept up piecemeal equals what is made at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.core.pictures.curves import Curves
from vitrine.core.pictures.decimate import Series, Smoothed, exponential_average
from vitrine.core.training.history import RunHistory


def series_of(values: np.ndarray, pieces: list[int] | None = None) -> Series:
    series, x = Series(), np.arange(len(values), dtype=float)
    edges = [0, *sorted(pieces or []), len(values)]
    for start, stop in zip(edges, edges[1:]):
        series.extend(x[start:stop], values[start:stop])
    return series


@given(st.integers(1, 5000), st.lists(st.integers(0, 5000), max_size=6), st.integers(5, 300), st.integers(0, 2**31))
def test_envelope_keeps_every_extreme(count: int, cuts: list[int], most: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=count)
    series = series_of(values, [min(c, count) for c in cuts])
    x, y = series.envelope(0, count, most)
    assert y.max() == values.max() and y.min() == values.min()
    assert len(x) == len(y) <= 2 * most + 2
    assert np.all(np.diff(x) >= 0)


@given(st.integers(100, 3000), st.data())
def test_envelope_of_a_part(count: int, data: st.DataObject) -> None:
    values = np.random.default_rng(count).normal(size=count)
    start = data.draw(st.integers(0, count - 50))
    stop = data.draw(st.integers(start + 1, count))
    _, y = series_of(values).envelope(start, stop, 20)
    assert y.max() >= values[start:stop].max() and y.min() <= values[start:stop].min()


def test_a_single_spike_in_a_million_points_is_drawn() -> None:
    values = np.full(1_000_000, 0.5)
    values[765_432] = 9.0
    x, y = series_of(values, [10, 765_400]).envelope(0, len(values), 500)
    assert len(x) < 1100
    assert y.max() == 9.0
    assert abs(x[y.argmax()] - 765_432) < 2100


def test_points_that_were_not_measured_are_left_out() -> None:
    series = Series()
    series.extend(np.arange(4.0), np.array([1.0, np.nan, 3.0, np.inf]))
    assert series.x.tolist() == [0, 2] and series.y.tolist() == [1, 3]
    assert series.nearest(1.8) == 1 and series.nearest(-5) == 0 and Series().nearest(1) is None


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 0.99, 0.999])
def test_exponential_average_is_the_recurrence(weight: float) -> None:
    values = np.random.default_rng(1).normal(size=3000) + 5
    expected, held = np.empty(3000), 2.0
    for i, value in enumerate(values):
        held = weight * held + (1 - weight) * value
        expected[i] = held
    found = exponential_average(values, weight, 2.0)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@given(st.integers(1, 2000), st.lists(st.integers(0, 2000), max_size=6), st.floats(1, 500))
def test_smoothed_lies_amid_the_data_from_the_first_point(count: int, cuts: list[int], span: float) -> None:
    values = np.linspace(3, 1, count) + 0.1 * np.random.default_rng(count).normal(size=count)
    source, weight = Series(), 1 - 1 / span
    smoothed = Smoothed(source, span)
    edges = [0, *sorted(min(c, count) for c in cuts), count]
    for start, stop in zip(edges, edges[1:]):
        source.extend(np.arange(start, stop, dtype=float), values[start:stop])
        smoothed.update()
    found = smoothed.series.y
    assert len(found) == count and found[0] == pytest.approx(values[0])
    assert np.all(found <= np.maximum.accumulate(values) + 1e-9) and np.all(found >= np.minimum.accumulate(values) - 1e-9)
    last = min(count, 40)  # the definition: weights w^(t-k), divided by their sum
    weights = weight ** np.arange(last - 1, -1, -1, dtype=float)
    assert found[last - 1] == pytest.approx(float(weights @ values[:last] / weights.sum()))


def history_of(steps: int, per_epoch: int) -> RunHistory:
    history = RunHistory()
    for step in range(1, steps + 1):
        history.add_step(step, (step - 1) // per_epoch, 1 / step, 0.5 if step % 8 == 0 else np.nan, 0.1, step * 0.01)
        if step % per_epoch == 0:
            epoch = step // per_epoch
            row = {"epoch": epoch, "step": step, "train_loss": 1 / step, "validation_loss": abs(epoch - 3) + 0.25}
            history.add_epoch({**row, "validation_accuracy": 1 - abs(epoch - 4) / 10})
    return history


def test_curves_follow_a_growing_history() -> None:
    curves, history = Curves(), history_of(100, 20)
    assert curves.update(history) and not curves.update(history)
    assert curves.metrics == ["loss", "accuracy"]
    raw, validation = curves.lines("loss", "step")
    assert (raw.name, len(raw.series), validation.name, len(validation.series)) == ("train", 100, "validation", 5)
    assert [len(c.series) for c in curves.lines("accuracy", "step")] == [12, 5]
    history.add_step(101, 5, 0.25, np.nan, 0.1, 2.0)
    assert curves.update(history)
    assert raw.series.y[-1] == 0.25 and len(raw.series) == 101
    history.mark(60, "learning rate 0.01")
    assert curves.update(history)
    assert curves.marks("step") == [(60, "learning rate 0.01")] and curves.marks("epoch") == [(3.0, "learning rate 0.01")]


def test_best_epoch_is_lowest_loss_and_highest_accuracy() -> None:
    curves = Curves()
    curves.update(history_of(120, 20))
    assert curves.best("loss", "step") == (60.0, 0.25, 3)
    assert curves.best("accuracy", "epoch") == (4.0, 1.0, 4)


def test_another_history_starts_over() -> None:
    curves = Curves()
    curves.update(history_of(100, 20))
    curves.span = 5
    assert [c.kind for c in curves.lines("loss", "step")] == ["raw", "smooth", "epochs"]
    assert curves.update(RunHistory())
    assert curves.lines("loss", "step") == [] and curves.best("loss", "step") is None
    assert curves.update(None)


def test_a_long_record_is_taken_in_piece_by_piece() -> None:
    """No call takes long, and what stands in the end is what one call gives."""
    history = history_of(40_000, 20)
    at_once, slowly = Curves(), Curves(seconds=0.0)
    at_once.span = slowly.span = 50.0
    assert at_once.update(history) and not at_once.behind
    calls = 0
    while slowly.update(history) or slowly.behind:
        rows = len(slowly.by_step["loss"])
        slowly.lines("loss", "step")
        assert len(slowly.by_step["loss"]) == rows <= (calls + 1) * 8192
        calls += 1
        assert calls < 50
    assert calls >= 5
    for one, other in zip(at_once.lines("loss", "step"), slowly.lines("loss", "step"), strict=True):
        np.testing.assert_array_equal(one.series.x, other.series.x)
        np.testing.assert_allclose(one.series.y, other.series.y, rtol=1e-9)


def test_nobody_comes_back_for_what_a_running_network_adds_meanwhile() -> None:
    """Who did would come back for ever: 150 times a second, in the window's thread."""
    history, curves = history_of(100, 20), Curves(seconds=1.0)
    curves.span = 50.0
    curves.update(history)
    curves.lines("loss", "step")
    history.add_step(101, 5, 0.25, np.nan, 0.1, 2.0)
    assert not curves.behind
    assert curves.update(history) and not curves.behind, "it is smoothed when it is drawn"
    assert len(curves.lines("loss", "step")[1].series) == 101


def test_the_series_of_a_long_record_are_not_moved_as_they_grow() -> None:
    series = Series()
    series.expect(100_000)
    rows = np.arange(1000.0)
    series.extend(rows, rows)
    place = series.y.__array_interface__["data"]
    for _ in range(99):
        series.extend(rows, rows)
    assert series.y.__array_interface__["data"] == place and len(series) == 100_000
