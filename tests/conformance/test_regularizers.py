"""Every regularizer: its gradient is that of its penalty, it shrinks weights, in float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import examples, show
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.regularizers.base import Regularizer

CASES: list[Any] = examples(Regularizer.registry)
each_regularizer = pytest.mark.parametrize("regularizer", CASES, ids=show)


@each_regularizer
def test_gradient_equals_the_numeric_one(regularizer: Regularizer) -> None:
    w = np.random.default_rng(0).normal(size=20)
    w[np.abs(w) < 0.01] = 0.5  # off the kink of L1
    work, step = Workspace(np.float64), 1e-6
    g = np.full_like(w, 2.0)
    regularizer.add_gradient(w, g, work)
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] += step
        down[i] -= step
        slope = (regularizer.penalty(up, work) - regularizer.penalty(down, work)) / (2 * step)
        assert g[i] - 2.0 == pytest.approx(slope, abs=1e-7), "what was in g must stay"


@each_regularizer
def test_forms(regularizer: Regularizer) -> None:
    w = np.random.default_rng(0).normal(size=50).astype(np.float32)
    before, g, work = w.copy(), np.zeros_like(w), Workspace()
    regularizer.add_gradient(w, g, work)
    assert np.array_equal(w, before) and g.dtype == np.float32
    assert isinstance(regularizer.penalty(w, work), float)
    assert bool(np.any(g)) == regularizer.active == (regularizer.penalty(w, work) > 0)
    assert np.all(g * w >= 0), "a step against the gradient brings weights nearer to zero"
    assert regularizer.penalty(np.zeros(3, np.float32), work) == 0.0
    assert not {name for name, dtype in work._flat if dtype == np.float64}
