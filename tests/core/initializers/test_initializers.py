"""Each initializer draws from the distribution that it names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitrine.core.initializers.base import Initializer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network

FAN_IN, FAN_OUT = 300, 200
BOUND = {
    "GlorotUniform": np.sqrt(6 / 500),
    "HeUniform": np.sqrt(6 / 300),
    "LeCunUniform": np.sqrt(3 / 300),
    "Playground": 0.5,
    "Uniform": 0.05,
}
SPREAD = {"GlorotNormal": np.sqrt(2 / 500), "HeNormal": np.sqrt(2 / 300), "LeCunNormal": np.sqrt(1 / 300), "Normal": 0.05}


def drawn(name: str, **settings: Any) -> np.ndarray:
    return Initializer.registry.get(name)(**settings).sample(np.random.default_rng(0), (FAN_IN, FAN_OUT), FAN_IN, FAN_OUT)


@pytest.mark.parametrize("name", BOUND)
def test_uniform(name: str) -> None:
    values = drawn(name)
    assert np.abs(values).max() <= BOUND[name]
    assert values.std() == pytest.approx(BOUND[name] / np.sqrt(3), rel=0.01)
    assert abs(values.mean()) < 0.01 * BOUND[name]


@pytest.mark.parametrize("name", SPREAD)
def test_normal(name: str) -> None:
    values = drawn(name)
    assert values.std() == pytest.approx(SPREAD[name], rel=0.01)
    assert np.mean(np.abs(values) > 2 * SPREAD[name]) == pytest.approx(0.0455, abs=0.003)


def test_truncated_normal_has_no_tails() -> None:
    values = drawn("TruncatedNormal", std=0.1)
    assert 0.19 < np.abs(values).max() <= 0.2
    assert values.std() == pytest.approx(0.1 * 0.8796, rel=0.01)


@pytest.mark.parametrize("shape", [(8, 5), (5, 8), (6, 6), (3, 3, 2, 7)])
def test_orthogonal_keeps_lengths(shape: tuple[int, ...]) -> None:
    w = Initializer.from_json({"type": "Orthogonal", "gain": 2.0}).sample(np.random.default_rng(0), shape, 1, 1).reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


def test_fixed_values() -> None:
    assert not drawn("Zeros").any() and (drawn("Ones") == 1).all() and (drawn("Constant", value=0.3) == 0.3).all()


def test_limits_the_wrong_way_round_are_reported() -> None:
    (problem,) = Initializer.from_json({"type": "Uniform", "low": 1.0, "high": 0.0}).problems()
    assert problem.field == "high" and "1" in problem.message


def test_biases_have_their_own() -> None:
    """The Playground's start: weights from U[-0.5, 0.5), biases at 0.1."""
    layer = Dense(units=50, initializer="Playground", bias_initializer={"type": "Constant", "value": 0.1})
    network = Network(GraphSpec.chain(Input(), layer), (40,))
    assert (network.views["dense_1/b"] == np.float32(0.1)).all()
    assert 0.49 < np.abs(network.views["dense_1/W"]).max() <= 0.5
    assert not Network(GraphSpec.chain(Input(), Dense(units=5)), (4,)).views["dense_1/b"].any()
