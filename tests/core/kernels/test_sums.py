"""Numbers made of millions of others are right to seven digits: losses of whole parts, norms, penalties, R²."""

from __future__ import annotations

import numpy as np
import pytest

from vitrine.core.kernels.matmul import BLOCK, dot
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss
from vitrine.core.metrics.mae import MAE
from vitrine.core.metrics.r2 import R2
from vitrine.core.metrics.rmse import RMSE
from vitrine.core.regularizers.l2 import L2
from vitrine.core.training.settings import gradient_norm

MANY = 5_000_000


def many() -> np.ndarray:
    return np.random.default_rng(0).random(MANY, dtype=np.float32)


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK - 7])
def test_any_length(size: int) -> None:
    a, b = np.random.default_rng(0).standard_normal((2, size)).astype(np.float32)
    assert dot(a, b) == pytest.approx(float(a.astype(float) @ b.astype(float)), abs=1e-5 * max(1.0, size**0.5))


@pytest.mark.parametrize(
    "loss, scale", [("MeanSquaredError", 1.0), ("HalvedMeanSquaredError", 0.5), ({"type": "Huber", "delta": 9.0}, 0.5)]
)
def test_the_loss_of_a_large_part(loss: object, scale: float) -> None:
    """That of the MNIST autoencoder's training part, as the command line says it, was 0.08 percent too small."""
    outputs = many().reshape(-1, 100)
    found, _ = Loss.from_json(loss).value_and_grad(outputs, np.zeros_like(outputs), Workspace(), need_grad=False)
    assert found == pytest.approx(scale * float(np.square(outputs, dtype=np.float64).mean()), rel=1e-6)


def test_norm_and_penalty_of_millions_of_parameters() -> None:
    square = float(np.square(many(), dtype=np.float64).sum())
    assert gradient_norm(many()) == pytest.approx(square**0.5, rel=1e-6)
    assert L2(strength=1.0).penalty(many(), Workspace()) == pytest.approx(square / 2, rel=1e-6)


def test_r2_of_targets_far_from_zero() -> None:
    rng = np.random.default_rng(0)
    y = (10_000 + 0.01 * rng.standard_normal((2217, 1))).astype(np.float32)
    p = (y + 0.01 * rng.standard_normal((2217, 1))).astype(np.float32)
    t, q = y.astype(float), p.astype(float)
    assert R2().value(p, y) == pytest.approx(1 - np.square(q - t).sum() / np.square(t - t.mean()).sum(), rel=1e-9)


# -- differences whose squares leave the range of float32 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("difference", [1.8e19, 2e19, 1e30])
def test_squares_beyond_single_precision(difference: float) -> None:
    """They were infinite from 1.85e19 on, and training stopped where every output was still finite."""
    y = np.zeros((40, 1), np.float32)
    p = np.full((40, 1), difference, np.float32)
    square = float(p[0, 0]) ** 2
    assert RMSE().value(p, y) == pytest.approx(difference, rel=1e-6)
    assert MAE().value(p, y) == pytest.approx(difference, rel=1e-6)
    for name, scale in (("MeanSquaredError", 1.0), ("HalvedMeanSquaredError", 0.5)):
        with np.errstate(over="ignore"):  # as in training
            found, grad = Loss.from_json(name).value_and_grad(p, y, Workspace())
        assert found == pytest.approx(scale * square, rel=1e-6)
        assert grad is not None and grad == pytest.approx(scale * 2 * p / 40, rel=1e-6)
    with np.errstate(over="ignore"):
        assert L2(strength=1.0).penalty(p.reshape(-1), Workspace()) == pytest.approx(20 * square, rel=1e-6)


def test_errors_of_targets_far_from_zero() -> None:
    """Means of float32 in float32 differ from scikit-learn's in float64 in the sixth digit."""
    rng = np.random.default_rng(0)
    y = (1e6 + rng.standard_normal((100_000, 1))).astype(np.float32)
    p = (y + rng.standard_normal((100_000, 1))).astype(np.float32)
    t, q = y.astype(float), p.astype(float)
    assert MAE().value(p, y) == pytest.approx(np.abs(q - t).mean(), rel=1e-12)
    assert RMSE().value(p, y) == pytest.approx(np.sqrt(np.square(q - t).mean()), rel=1e-12)
