"""L-BFGS on problems whose answer is known, and beside SciPy's own driver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from vitrine.core.optimizers.base import OptimizerState
from vitrine.core.optimizers.lbfgs import LBFGS


def rosenbrock(w: np.ndarray) -> tuple[float, np.ndarray]:
    return float(rosen(w)), rosen_der(w)


def test_rosenbrock_valley() -> None:
    w = np.array([-1.2, 1.0, -0.5, 0.8], np.float32)
    state = OptimizerState(LBFGS(), w.size)
    values = [rosenbrock(w.astype(np.float64))[0]]
    for _ in range(60):
        state.minimize(w, rosenbrock, 1.0)
        values.append(rosenbrock(w.astype(np.float64))[0])
    assert w.dtype == np.float32
    np.testing.assert_allclose(w, 1.0, atol=2e-3)
    assert all(after <= before for before, after in zip(values, values[1:])), "a step must never go up"


def test_as_few_steps_as_scipy() -> None:
    start = np.array([-1.2, 1.0, -0.5, 0.8])
    theirs = minimize(rosenbrock, start, jac=True, method="L-BFGS-B")
    w = start.astype(np.float32)
    state = OptimizerState(LBFGS(), w.size)
    while rosenbrock(w.astype(np.float64))[0] > 1e-5 and state.step < 200:
        state.minimize(w, rosenbrock, 1.0)
    assert state.step <= 2 * theirs.nit


def test_resumes_exactly_in_the_middle() -> None:
    def run(steps: int, w: np.ndarray, state: OptimizerState) -> None:
        for _ in range(steps):
            state.minimize(w, rosenbrock, 1.0)

    whole, parts = (np.array([-1.2, 1.0, 0.3], np.float32) for _ in range(2))
    run(17, whole, OptimizerState(LBFGS(), 3))
    before, after = OptimizerState(LBFGS(), 3), OptimizerState(LBFGS(), 3)
    run(12, parts, before)
    after.step = before.step
    for name, slot in before.slots.items():
        after.slots[name][...] = slot
    run(5, parts, after)
    assert whole.tobytes() == parts.tobytes()


@pytest.mark.parametrize("w", [np.zeros(3, np.float32), np.ones(3, np.float32)], ids=["flat", "at the minimum"])
def test_nothing_lower_leaves_the_weights(w: np.ndarray) -> None:
    kept = w.copy()
    state = OptimizerState(LBFGS(), 3)
    flat = lambda x: (1.0, np.zeros(3))  # noqa: E731
    state.minimize(w, flat if not w.any() else rosenbrock, 1.0)
    assert np.array_equal(w, kept)
    assert all(np.all(slot == 0) for slot in state.slots.values())
