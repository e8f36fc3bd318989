"""Every optimizer: it goes downhill, in float32, the same way each time, whatever the blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.optimizers.base import BLOCK, Optimizer, OptimizerState
from tests.conformance.cases import examples, show

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
    stray = sorted({name for name, dtype in state._work._flat if dtype == np.float64})
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
