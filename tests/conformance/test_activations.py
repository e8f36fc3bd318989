"""Every activation as a function; as part of a network it is tested with the layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.activations.base import Activation
from core.layers.base import Context
from core.rng import generator
from tests.conformance.cases import examples, show

CASES: list[Any] = examples(Activation.registry)
each_activation = pytest.mark.parametrize("activation", CASES, ids=show)


def params_of(activation: Activation, z: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.full(p.shape, p.start, z.dtype) for name, p in activation.param_shapes(z.shape[1:]).items()}


def both_ways(activation: Activation, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """y and, for dL/dy = 1 + row index, dL/dz."""
    ctx = Context(z.dtype)
    ctx.training, ctx.rng = True, generator(1)
    params = params_of(activation, z)
    grads = {name: np.empty_like(p) for name, p in params.items()}
    work = z.copy()
    out = np.empty_like(z) if activation.keeps_input else work
    y = activation.forward(work, out, params, ctx)
    assert y is out or np.shares_memory(y, out), "forward must write into `out`"
    kept = y.copy()
    dy = np.ones_like(z) + np.arange(len(z), dtype=z.dtype)[:, None]
    dz = activation.backward(dy, y, work if activation.keeps_input else None, params, grads, ctx)
    assert np.array_equal(y, kept), "backward must leave y alone: views look at it"
    assert all(np.all(np.isfinite(g)) for g in grads.values())
    return kept, dz


@each_activation
def test_finite_far_out(activation: Activation) -> None:
    z = np.array([[-1e4, -100.0, -20.0, 0.5, 20.0, 80.0], [1e4, 100.0, -30.0, -0.5, 0.0, 3.0]], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, dz = both_ways(activation, z)
    assert np.all(np.isfinite(y)) and np.all(np.isfinite(dz))
    assert y.dtype == dz.dtype == np.float32


@each_activation
def test_float32_agrees_with_float64(activation: Activation) -> None:
    z = np.random.default_rng(0).normal(0, 3, (5, 40))
    single, double = both_ways(activation, z.astype(np.float32)), both_ways(activation, z.astype(np.float32).astype(np.float64))
    for a, b in zip(single, double):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


@each_activation
def test_call_gives_a_fresh_array(activation: Activation) -> None:
    z = np.linspace(-3, 3, 30, dtype=np.float32).reshape(5, 6)
    before = z.copy()
    y = activation(z)
    assert y.shape == z.shape and y.dtype == np.float32
    assert not np.shares_memory(y, z) and np.array_equal(z, before)
    assert np.array_equal(y, activation(z)), "prediction draws no random numbers"
    assert activation(np.arange(3)[None]).shape == (1, 3), "whole numbers are taken, too"


@each_activation
def test_kinks_are_where_it_says(activation: Activation) -> None:
    """Left and right slopes differ at the declared kinks and agree elsewhere."""
    if type(activation).__name__ == "Softmax":
        pytest.skip("softmax works on rows, not on single values")
    step = 1e-6

    def slope(at: float, side: int) -> float:
        z = np.array([[at + side * step, at + side * 2 * step]])
        y = activation(z)
        return float((y[0, 1] - y[0, 0]) / (z[0, 1] - z[0, 0]))

    jumps = [z for z in np.linspace(-4, 4, 33) if abs(slope(z, 1) - slope(z, -1)) > 1e-3 * max(1.0, abs(slope(z, 1)))]
    assert set(jumps) <= set(activation.kinks), "kinks that are not declared"
    for kink in activation.kinks:
        left, right = activation(np.array([[kink - step, kink + step]]))[0]
        assert abs(slope(kink, 1) - slope(kink, -1)) > 1e-4 or abs(right - left) > 1e-4, f"no kink at {kink}"


@each_activation
def test_learnt_parameters_are_declared(activation: Activation) -> None:
    assert bool(activation.param_shapes((4,))) == activation.learnt
