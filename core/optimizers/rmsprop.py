"""RMSProp."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import mean_square, scaled_update
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp


class RMSProp(Optimizer):
    """s <- rho s + (1 - rho) g^2; w <- w - lr g / (sqrt(s) + epsilon). Tieleman and Hinton, 2012.

    rho is 0.9 as in the lecture and Keras (PyTorch: 0.99); epsilon stands outside the root as in PyTorch.
    """

    title: ClassVar[str] = "RMSProp"
    rank: ClassVar[int] = 22
    summary: ClassVar[str] = "Divides each step by the recent size of that weight's gradient: every weight gets its own rate."
    formula: ClassVar[str] = "s <- rho s + (1 - rho) g^2; w <- w - lr g / (sqrt(s) + eps)"
    slots: ClassVar[tuple[str, ...]] = ("s",)

    learning_rate: float = hp(default=0.001, help="Size of a step for a gradient of usual size", minimum=0.0, exclusive=True, scale="log")
    rho: float = hp(default=0.9, help="Share of the old mean square that is kept", minimum=0.0, maximum=1.0, step=0.01)
    epsilon: float = hp(
        default=1e-8, help="Added to the root, against division by zero", minimum=0.0, exclusive=True, scale="log", advanced=True
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
        mean_square(s, g, self.rho, scratch)
        scaled_update(w, g, s, learning_rate, self.epsilon, scratch)
