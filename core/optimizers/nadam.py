"""Nadam."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import mean_square, running_mean
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.moments import Moments

FADED = 200  # steps after which the product of momenta, at most 1 / 1.6 a step at first, is zero for all purposes


def _momentum(beta1: float, step: int) -> float:
    return float(beta1 * (1 - 0.5 * 0.96 ** (step / 250)))


@cache
def _products(beta1: float) -> tuple[float, ...]:
    found = [1.0]
    for step in range(1, FADED + 1):
        found.append(found[-1] * _momentum(beta1, step))
    return tuple(found)


def _product(beta1: float, step: int) -> float:
    return _products(beta1)[min(step, FADED)]


class Nadam(Moments):
    """w <- w - lr (c_g g + c_m m) / (sqrt(v / (1 - b2^t)) + epsilon), m and v as in Adam.

    c_g = (1 - b_t) / (1 - B_t), c_m = b_{t+1} / (1 - B_t b_{t+1}), b_t = b1 (1 - 0.5 * 0.96^(t / 250)), B_t = b_1 ... b_t.
    Dozat, 2016, with his schedule of the momentum, as in PyTorch.
    """

    title: ClassVar[str] = "Nadam"
    rank: ClassVar[int] = 32
    summary: ClassVar[str] = "Adam with Nesterov's look ahead."
    formula: ClassVar[str] = "w <- w - lr (c_g g + c_m m) / (sqrt(v^) + eps)"
    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    def scalars(self, step: int, learning_rate: float) -> dict[str, float]:
        now, then = _momentum(self.beta1, step), _momentum(self.beta1, step + 1)
        product = _product(self.beta1, step)
        return {
            "by_gradient": learning_rate * (1 - now) / (1 - product),
            "by_mean": learning_rate * then / (1 - product * then),
            "correction": (1 - self.beta2**step) ** -0.5,
        }

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        m, v, scratch = slots["m"], slots["v"], work.buffer("scratch", g.shape)
        running_mean(m, g, self.beta1, scratch)
        mean_square(v, g, self.beta2, scratch)
        g *= scalars["by_gradient"]
        np.multiply(m, scalars["by_mean"], out=scratch)
        g += scratch
        np.sqrt(v, out=scratch)
        scratch *= scalars["correction"]
        scratch += self.epsilon
        g /= scratch
        w -= g
