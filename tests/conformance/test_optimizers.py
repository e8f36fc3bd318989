"""Every optimizer: it goes downhill, in float32, the same way each time, whatever the blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import examples, show
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.losses.mean_squared_error import MeanSquaredError
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import BLOCK, Optimizer, OptimizerState
from vitrine.core.training.settings import Clipping, gradient_norm

CASES: list[Any] = [o for o in examples(Optimizer.registry) if not getattr(o, "full_batch", False)]
each_optimizer = pytest.mark.parametrize("optimizer", CASES, ids=show)

SCALES = np.array([1.0, 3.0, 0.3, 10.0], np.float32)


def walk(optimizer: Optimizer, steps: int, w: np.ndarray, state: OptimizerState | None = None, first: int = 0) -> OptimizerState:
    """`steps` on a noisy quadratic bowl, in place."""
    state = state if state is not None else OptimizerState(optimizer, w.size)
    scales = np.resize(SCALES, w.size)
    for step in range(first, first + steps):
        noise = np.random.default_rng(step).normal(0, 0.01, w.size).astype(np.float32)
        state.apply(w, scales * w + noise, optimizer.learning_rate)
    return state


def start(size: int = 12) -> np.ndarray:
    return np.random.default_rng(9).uniform(0.5, 1.0, size).astype(np.float32)


@each_optimizer
def test_goes_downhill(optimizer: Optimizer) -> None:
    w = start()
    before = float(np.sum(SCALES * (w**2).reshape(-1, 4)))
    walk(optimizer, 100, w)
    assert np.all(np.isfinite(w))
    assert float(np.sum(SCALES * (w**2).reshape(-1, 4))) < before


@each_optimizer
def test_same_bits_each_time(optimizer: Optimizer) -> None:
    first, second = start(), start()
    walk(optimizer, 30, first)
    walk(optimizer, 30, second)
    assert first.tobytes() == second.tobytes()


@each_optimizer
def test_resumes_exactly(optimizer: Optimizer) -> None:
    """Slots and step count are the whole of what it remembers."""
    whole, parts = start(), start()
    walk(optimizer, 20, whole)
    state = walk(optimizer, 10, parts)
    resumed = OptimizerState(optimizer, parts.size)
    resumed.step = state.step
    for name, slot in state.slots.items():
        resumed.slots[name][...] = slot
    walk(optimizer, 10, parts, resumed, first=10)
    assert whole.tobytes() == parts.tobytes()


@each_optimizer
def test_blocks_make_no_difference(optimizer: Optimizer) -> None:
    """A vector longer than a block moves as its parts would alone."""
    size = BLOCK + 100
    whole, tail = start(size), start(size)[BLOCK:].copy()
    state, alone = OptimizerState(optimizer, size), OptimizerState(optimizer, 100)
    for step in range(3):
        g = np.random.default_rng(step).standard_normal(size).astype(np.float32)
        alone.apply(tail, g[BLOCK:].copy(), optimizer.learning_rate)
        state.apply(whole, g, optimizer.learning_rate)
    assert np.array_equal(whole[BLOCK:], tail)


@each_optimizer
def test_everything_stays_float32(optimizer: Optimizer) -> None:
    w = start()
    state = walk(optimizer, 3, w)
    assert w.dtype == np.float32
    assert {slot.dtype for slot in state.slots.values()} <= {np.dtype(np.float32)}
    stray = sorted({name for work in state._works for name, dtype in work._flat if dtype == np.float64})
    assert not stray, f"buffers of float64: {stray}"


@each_optimizer
def test_no_gradient_no_harm(optimizer: Optimizer) -> None:
    """Zero gradients (a dead unit) give no NaN, and no growth."""
    w = start()
    before = np.abs(w).max()
    state = OptimizerState(optimizer, w.size)
    for _ in range(5):
        state.apply(w, np.zeros_like(w), optimizer.learning_rate)
    assert np.all(np.isfinite(w)) and np.abs(w).max() <= before


@each_optimizer
def test_learning_rate_scales_the_first_step(optimizer: Optimizer) -> None:
    moves = []
    for rate in (0.001, 0.002):
        w = np.zeros(4, np.float32)
        OptimizerState(optimizer, 4).apply(w, SCALES.copy(), rate)
        moves.append(w)
    np.testing.assert_allclose(moves[1], 2 * moves[0], rtol=1e-5)
    assert np.all(moves[0] < 0)


@each_optimizer
def test_norm_and_clipping_see_gradients_alone(optimizer: Optimizer) -> None:
    """Arrays of odd lengths, and an optimizer that leaves what it likes in the gradient's place: no number of it reaches the next step."""
    if "epsilon" in {f.name for f in optimizer.fields()}:
        optimizer = optimizer.replace(epsilon=0.5)
    network = Network(GraphSpec.chain(Input(), Dense(units=7, activation="Tanh"), Dense(units=3)), (5,), seed=1)
    state = OptimizerState(optimizer, network.params.size)
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, target = rng.standard_normal((6, 5)).astype(np.float32), rng.standard_normal((6, 3)).astype(np.float32)
        _, grad = MeanSquaredError().value_and_grad(network.forward(x, training=True), target, Workspace())
        assert grad is not None
        network.grads.fill(1e30)  # whatever is not a gradient
        network.backward(grad)
        length = sum(float(np.sum(g.astype(np.float64) ** 2)) for g in network.grad_views.values()) ** 0.5
        assert gradient_norm(network.grads) == pytest.approx(length, rel=1e-5)
        before = {name: g.copy() for name, g in network.grad_views.items()}
        Clipping(norm=length / 2).clip(network.grads)
        for name, g in network.grad_views.items():
            np.testing.assert_allclose(g, before[name] / 2, rtol=1e-4)
        state.apply(network.params, network.grads, optimizer.learning_rate)
    assert network.params.size == network.param_count
    assert {slot.size for slot in state.slots.values()} <= {network.param_count}


@each_optimizer
def test_plain_means_that_a_step_is_the_rate_times_the_gradient(optimizer: Optimizer) -> None:
    """Views work such a step out as w - lr g; over two steps, for at the first some others do the same."""
    w, g = start(), np.linspace(-2, 3, 12, dtype=np.float32)
    state, expected = OptimizerState(optimizer, w.size), w.copy()
    for _ in range(2):
        state.apply(w, g.copy(), 0.01)
        expected -= np.float32(0.01) * g
    assert np.allclose(w, expected, rtol=1e-6) == optimizer.plain
