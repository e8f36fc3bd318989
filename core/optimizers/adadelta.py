"""Adadelta."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import mean_square
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp


class Adadelta(Optimizer):
    """s <- rho s + (1 - rho) g^2; d = g sqrt(u + epsilon) / sqrt(s + epsilon); u <- rho u + (1 - rho) d^2; w <- w - lr d.

    Zeiler, 2012, where lr is 1; epsilon inside the roots as there and in PyTorch.
    """

    title: ClassVar[str] = "Adadelta"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Adagrad with a short memory that sets its own step size; starts slowly."
    formula: ClassVar[str] = "d = g sqrt(u + eps) / sqrt(s + eps), u and s running means of d^2 and g^2; w <- w - lr d"
    slots: ClassVar[tuple[str, ...]] = ("s", "u")

    learning_rate: float = hp(
        default=1.0, help="Size of a step, relative to the rule's own; the paper has 1", minimum=0.0, exclusive=True, scale="log"
    )
    rho: float = hp(default=0.9, help="Share of the old mean squares that is kept", minimum=0.0, maximum=0.9999, step=0.01)
    epsilon: float = hp(
        default=1e-6, help="Added to the roots, against division by zero", minimum=0.0, exclusive=True, scale="log", advanced=True
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
        s, u = slots["s"], slots["u"]
        scratch, move = work.buffer("scratch", g.shape), work.buffer("move", g.shape)
        mean_square(s, g, self.rho, scratch)
        np.add(u, self.epsilon, out=move)
        np.add(s, self.epsilon, out=scratch)
        move /= scratch
        np.sqrt(move, out=move)
        move *= g
        mean_square(u, move, self.rho, scratch)
        move *= learning_rate
        w -= move
