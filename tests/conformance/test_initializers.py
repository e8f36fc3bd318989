"""Every initializer: shape, finiteness, determinism, and that a network takes its values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import examples, show
from vitrine.core.initializers.base import Initializer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network

CASES: list[Any] = examples(Initializer.registry)
each_initializer = pytest.mark.parametrize("initializer", CASES, ids=show)


@each_initializer
@pytest.mark.parametrize("shape", [(7,), (5, 9), (9, 5), (1, 1), (3, 3, 2, 4)], ids=str)
def test_shape_and_finite(initializer: Initializer, shape: tuple[int, ...]) -> None:
    drawn = initializer.sample(np.random.default_rng(0), shape, 18, 36)
    assert drawn.shape == shape
    assert np.all(np.isfinite(drawn))


@each_initializer
def test_same_generator_same_values(initializer: Initializer) -> None:
    first, second = (initializer.sample(np.random.default_rng(4), (8, 6), 8, 6) for _ in range(2))
    assert np.array_equal(first, second)


@each_initializer
def test_network_of_float32_takes_it(initializer: Initializer) -> None:
    network = Network(GraphSpec.chain(Input(), Dense(units=5, initializer=initializer)), (4,), seed=3)
    assert network.views["dense_1/W"].dtype == np.float32
    first = network.params.copy()
    network.initialize(3)
    assert np.array_equal(network.params, first)
