"""Numbers made of millions of others are right to seven digits: losses of whole parts, norms, penalties, R²."""

from __future__ import annotations

import numpy as np
import pytest

from vitrine.core.kernels.matmul import BLOCK, dot
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss
from vitrine.core.metrics.r2 import R2
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
