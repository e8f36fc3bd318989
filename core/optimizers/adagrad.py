"""Adagrad."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import scaled_update
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp


class Adagrad(Optimizer):
    """s <- s + g^2; w <- w - lr g / (sqrt(s) + epsilon). Duchi, Hazan and Singer, 2011; epsilon as in PyTorch."""

    title: ClassVar[str] = "Adagrad"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = (
        "Divides each step by the size of all gradients so far: rare features learn fast, and every rate falls for ever."
    )
    formula: ClassVar[str] = "s <- s + g^2; w <- w - lr g / (sqrt(s) + eps)"
    slots: ClassVar[tuple[str, ...]] = ("s",)

    learning_rate: float = hp(default=0.01, help="Size of a step at first", minimum=0.0, exclusive=True, scale="log")
    epsilon: float = hp(
        default=1e-10, help="Added to the root, against division by zero", minimum=0.0, exclusive=True, scale="log", advanced=True
    )

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        s, scratch = slots["s"], work.buffer("scratch", g.shape)
        np.multiply(g, g, out=scratch)
        s += scratch
        scaled_update(w, g, s, learning_rate, self.epsilon, scratch)
