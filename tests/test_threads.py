"""Sharing out work: the same bits with any number of threads, errors that arrive, helpers that go home, and the choice of how many."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from core import threads
from core.graph import GraphSpec
from core.kernels import lanes
from core.layers.conv2d import Conv2D
from core.layers.dense import Dense
from core.layers.dropout import Dropout
from core.layers.flatten import Flatten
from core.layers.input import Input
from core.layers.max_pool2d import MaxPool2D
from core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from core.network import Network
from core.optimizers.base import OptimizerState
from core.optimizers.sgd import SGD
from core.rng import generator
from core.workspace import Workspace


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    threads.use(1)


def trained(count: int) -> np.ndarray:
    """The weights of a small net after five steps on that many threads; its products are long, wide and in chunks."""
    threads.use(count)
    graph = GraphSpec.chain(
        Input(), Conv2D(filters=8, padding="same", activation="ReLU"), MaxPool2D(), Dropout(rate=0.2),
        Conv2D(filters=16, stride=2, activation="ReLU"), Flatten(), Dense(units=300, activation="ReLU"), Dense(units=5),
    )  # fmt: skip
    network = Network(graph, (20, 20, 3), seed=1)
    network.set_rng(generator(0, "dropout"))
    optimizer = OptimizerState(SGD(), network.params.size)
    rng = np.random.default_rng(2)
    for _ in range(5):
        x, t = rng.standard_normal((50, 20, 20, 3), np.float32), rng.integers(0, 5, 50)
        _, grad = CategoricalCrossEntropy().value_and_grad(network.forward(x, training=True), t, Workspace())
        assert grad is not None
        network.backward(grad)
        optimizer.apply(network.params, network.grads, 0.05)
    return network.params.copy()


def test_the_number_of_threads_does_not_change_a_bit() -> None:
    expected = trained(1)
    assert np.isfinite(expected).all()
    for count in (2, 3, 2):
        assert trained(count).tobytes() == expected.tobytes(), f"{count} threads"


def test_every_lane_is_worked_on_once_and_beside_others() -> None:
    threads.use(2)
    seen: list[tuple[int, int, str]] = []
    meeting = threading.Barrier(2, timeout=20)

    def work(lane: int, thread: int) -> None:
        meeting.wait()  # passes only if two lanes are under way at once
        seen.append((lane, thread, threading.current_thread().name))

    lanes.run(work)
    assert sorted(lane for lane, _, _ in seen) == list(range(lanes.LANES))
    assert {thread for _, thread, _ in seen} == {0, 1}
    assert len({name for _, _, name in seen}) == 2


def test_an_error_in_a_lane_arrives_and_the_next_work_runs() -> None:
    threads.use(2)
    for bad in range(lanes.LANES):

        def work(lane: int, thread: int, bad: int = bad) -> None:
            if lane == bad:
                raise ZeroDivisionError(f"lane {lane}")

        with pytest.raises(ZeroDivisionError, match=f"lane {bad}"):
            lanes.run(work)
    done: list[int] = []
    lanes.run(lambda lane, thread: done.append(lane))
    assert sorted(done) == list(range(lanes.LANES))


def test_work_within_work_runs_where_it_is() -> None:
    threads.use(2)
    inner: list[tuple[int, int]] = []

    def work(lane: int, thread: int) -> None:
        lanes.run(lambda other, same: inner.append((other, same)), 2)

    lanes.run(work)
    assert len(inner) == 2 * lanes.LANES and {thread for _, thread in inner} == {0}


def test_idle_helpers_end_and_start_again() -> None:
    threads.use(2)
    for _ in range(2):
        lanes.run(lambda lane, thread: None)
        helpers = [t for t in threading.enumerate() if t.name == "vitrine-lane"]
        assert len(helpers) == 1
        helpers[0].join(20)
        assert not helpers[0].is_alive()


def test_calibration_takes_the_faster_number_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "processors", lambda: 2)
    choice = threads.calibrate(lambda: None, budget=0.01)
    assert choice.reason == "calibration" and set(choice.seconds) == {1, 2}
    assert threads.current() is choice
    assert "by calibration (1: " in str(choice) and "ms" in str(choice)

    gate = threading.Event()

    def slow_alone() -> None:
        if lanes.threads() == 1:
            gate.wait(0.01)

    assert threads.calibrate(slow_alone, budget=0.05).threads == 2
    assert threads.blas_libraries()[0]["num_threads"] == 2


def test_a_choice_by_hand_or_for_the_window_is_kept_and_shown() -> None:
    assert threads.use(2).threads == 2
    assert str(threads.current()) == "2 threads, set by hand"
    assert threads.blas_libraries()[0]["num_threads"] == 2
    assert str(threads.beside_window()) == "1 thread, beside the window"
    assert threads.blas_libraries()[0]["num_threads"] == 1
    assert threads.use(0).threads == 1


def test_one_processor_needs_no_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "processors", lambda: 1)
    choice = threads.calibrate(lambda: pytest.fail("there is nothing to compare"))
    assert (choice.reason, choice.threads) == ("fixed", 1)
