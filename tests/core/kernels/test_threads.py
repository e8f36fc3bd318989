"""Sharing out work: the same bits with any number of threads, errors that arrive, helpers that go home, and the choice of how many."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from vitrine.core.kernels import lanes, threads
from vitrine.core.kernels.matmul import product, products
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.activation import Activation
from vitrine.core.layers.base import Layer
from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.conv2d import Conv2D
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.dropout import Dropout
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.gru import GRU
from vitrine.core.layers.input import Input
from vitrine.core.layers.layer_norm import LayerNorm
from vitrine.core.layers.lstm import LSTM
from vitrine.core.layers.max_pool2d import MaxPool2D
from vitrine.core.layers.simple_rnn import SimpleRNN
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import BLOCK, FEW, Optimizer, OptimizerState
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.rng import generator


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    threads.use(1)


# products from small to always cut; batches large enough that recurrent layers share them out
NETS: dict[str, tuple[tuple[int, ...], int, list[Layer]]] = {
    "images": ((20, 20, 3), 50, [
        Conv2D(filters=8, padding="same", activation="ReLU"), MaxPool2D(), Dropout(rate=0.2),
        Conv2D(filters=16, stride=2, activation="ReLU"), Flatten(), Dense(units=1300, activation="ReLU"), Dense(units=97),
    ]),
    "vectors": ((784,), 100, [Dense(units=256, activation="ReLU"), Dropout(rate=0.3), Dense(units=256, activation="ReLU"), Dense(units=300)]),
    "normalized": ((20, 20, 3), 150, [
        Conv2D(filters=12, padding="same", use_bias=False), BatchNorm(), Activation(activation="ReLU"), MaxPool2D(), LayerNorm(), Flatten(),
    ]),
    "LSTM at 128": ((28, 28), 128, [LSTM(units=90)]),
    "LSTM": ((9, 20), 300, [LSTM(units=60, return_sequences=True), LSTM(units=130)]),
    "GRU": ((9, 20), 300, [GRU(units=90, return_sequences=True, activation="PReLU"), GRU(units=90)]),
    "simple": ((9, 20), 300, [SimpleRNN(units=200, activation="Softsign", return_sequences=True), SimpleRNN(units=200)]),
    "random inside": ((9, 20), 300, [SimpleRNN(units=200, activation="RReLU")]),
}  # fmt: skip


def trained(count: int, name: str) -> np.ndarray:
    """The weights of a small net after three steps on that many threads."""
    threads.use(count)
    shape, batch, layers = NETS[name]
    network = Network(GraphSpec.chain(Input(), *layers, Dense(units=5)), shape, seed=1)
    network.set_rng(generator(0, "dropout"))
    optimizer = OptimizerState(SGD(), network.params.size)
    rng = np.random.default_rng(2)
    for _ in range(3):
        x, t = rng.standard_normal((batch, *shape), np.float32), rng.integers(0, 5, batch)
        _, grad = CategoricalCrossEntropy().value_and_grad(network.forward(x, training=True), t, Workspace())
        assert grad is not None
        network.backward(grad)
        optimizer.apply(network.params, network.grads, 0.05)
    return network.params.copy()


@pytest.mark.parametrize("name", NETS)
def test_the_number_of_threads_does_not_change_a_bit(name: str) -> None:
    expected = trained(1, name)
    assert np.isfinite(expected).all()
    for count in (2, 3, 2):
        assert trained(count, name).tobytes() == expected.tobytes(), f"{count} threads"


@pytest.mark.parametrize("kind", [kind for kind in Optimizer.registry if not kind.full_batch], ids=lambda kind: kind.__name__)
def test_blocks_of_parameters_on_any_number_of_threads(kind: type[Optimizer]) -> None:
    size = (FEW + 2) * BLOCK + 7
    found = []
    for count in (1, 2, 3):
        threads.use(count)
        rng = np.random.default_rng(0)
        w, state = rng.standard_normal(size, np.float32), OptimizerState(kind(), size)
        for _ in range(3):
            state.apply(w, rng.standard_normal(size, np.float32), 0.01)
        found.append(w.tobytes())
    assert found[1:] == found[:1] * 2


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


def test_lanes_meet_numbers_out_of_range_as_their_caller_does() -> None:
    threads.use(2)
    meeting = threading.Barrier(2, timeout=20)
    seen: list[str] = []

    def work(lane: int, thread: int) -> None:
        meeting.wait()
        seen.append(np.geterr()["over"])

    with np.errstate(over="raise"):
        lanes.run(work, 2)
    assert seen == ["raise"] * 2


def test_work_is_cut_only_where_threads_are_free() -> None:
    assert not lanes.free()
    threads.use(2)
    assert lanes.free()
    inside: list[bool] = []
    lanes.run(lambda lane, thread: inside.append(lanes.free()), 2)
    assert inside == [False, False] and lanes.free()


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
    assert lanes.threads() == 2


def test_a_choice_by_hand_or_for_the_window_is_kept_and_shown() -> None:
    assert threads.use(2).threads == 2
    assert str(threads.current()) == "2 threads, set by hand"
    assert lanes.threads() == 2 and threads.blas_libraries()[0]["num_threads"] == 1
    assert str(threads.beside_window()) == "1 thread, beside the window"
    assert lanes.threads() == 1 and threads.blas_libraries()[0]["num_threads"] == 1
    assert threads.use(0).threads == 1
    assert threads.use(1000).threads == lanes.MOST == lanes.threads()


def test_one_processor_needs_no_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "processors", lambda: 1)
    choice = threads.calibrate(lambda: pytest.fail("there is nothing to compare"))
    assert (choice.reason, choice.threads) == ("fixed", 1)


def test_products_are_those_of_numpy_in_parts_or_whole() -> None:
    rng = np.random.default_rng(0)
    for rows, length, columns in (
        (3, 4, 5),
        (97, 301, 303),
        (49, 400, 500),
        (1, 9000, 1000),
        (700, 400, 300),
        (300, 400, 700),
        (25, 1800, 1800),
    ):
        a, b = rng.standard_normal((rows, length)).astype(np.float32), rng.standard_normal((length, columns)).astype(np.float32)
        found = {}
        for count in (1, 2, 8):
            threads.use(count)
            for turned in (False, True):
                first = np.asfortranarray(a) if turned else a
                out = np.full((rows, columns), np.nan, np.float32)
                np.testing.assert_allclose(product(first, b, out), a @ b, rtol=1e-3, atol=1e-3)
                assert found.setdefault(turned, out.tobytes()) == out.tobytes(), f"{count} threads, {rows} x {length} x {columns}"
        both = np.empty((2, rows, columns), np.float32)
        products((a, b, both[0]), (a, b, both[1]))
        assert both[0].tobytes() == both[1].tobytes() == found[False]


def test_a_helper_that_wakes_late_finds_the_work_done() -> None:
    """Whoever is free takes the next lane: nobody waits for a thread that has not begun."""
    threads.use(2)
    asleep, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asleep.set()
        go_on.wait(20)

    lanes._helpers[0].start(hold)
    assert asleep.wait(20)
    done: list[tuple[int, int]] = []
    for _ in range(10):
        lanes.run(lambda lane, thread: done.append((lane, thread)))
    assert sorted(done) == sorted((lane, 0) for lane in range(lanes.LANES) for _ in range(10))
    go_on.set()
