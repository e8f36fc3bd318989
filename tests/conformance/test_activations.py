"""Every activation as a function; as part of a network it is tested with the layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import examples, show
from vitrine.core.activations.base import Activation
from vitrine.core.layers.base import Context, Layer
from vitrine.core.layers.recurrent import Recurrent
from vitrine.core.network.gradcheck import TOLERANCE, check_layer
from vitrine.core.rng import generator

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


@each_activation
def test_what_it_declares_of_its_shape_is_true(activation: Activation) -> None:
    """Fusion, pooling and recurrent layers rely on these."""
    z = np.concatenate([np.linspace(-6, 6, 241), [0.0, -0.0]])[:, None]
    y = activation(z)
    if activation.identity:
        assert np.array_equal(y, z)
    if activation.clips_below_zero:
        assert np.array_equal(y, np.maximum(z, 0))
    if activation.rising:
        assert not activation.learnt and activation.elementwise and (np.diff(activation(np.sort(z, axis=0))[:, 0]) >= 0).all()
    if activation.by_tanh is not None:
        inside, height, shift = activation.by_tanh
        np.testing.assert_allclose(y, height * np.tanh(inside * z) + shift, atol=1e-12)
        assert activation.sloped, "the recurrent layers ask for its slope"
    if activation.sloped:
        assert not activation.learnt and not activation.keeps_input and not activation.random
        slope = np.empty((3, 81, 1))
        activation.slope(y.reshape(3, 81, 1), slope)
        _, by_backward = activation.curve(z[:, 0]) or (None, None)
        np.testing.assert_allclose(slope.reshape(-1), by_backward, atol=1e-12)


@pytest.mark.parametrize("kind", [cls for cls in Layer.registry if issubclass(cls, Recurrent)], ids=lambda cls: cls.__name__)
@each_activation
def test_it_works_inside_every_recurrent_layer(activation: Activation, kind: type[Recurrent]) -> None:
    """Its gradient through five steps, both of sequences and of the last state."""
    if not activation.differentiable:
        pytest.skip("has no derivative that says anything")
    for settings in ({}, {"return_sequences": True, "reverse": True}):
        layer = kind(units=3, activation=activation, recurrent_initializer={"type": "Orthogonal", "gain": 0.3}, **settings)
        result = check_layer(layer, ((5, 4),), samples=12)
        assert result.worst < TOLERANCE, str(result)
