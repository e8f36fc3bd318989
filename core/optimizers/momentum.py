"""Gradient descent with momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import momentum_update
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp


class Momentum(Optimizer):
    """v <- momentum v + g; w <- w - lr v. Polyak, 1964; as in PyTorch the rate is outside v."""

    title: ClassVar[str] = "Momentum"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "A ball that rolls: steps add up along a valley and cancel across it."
    formula: ClassVar[str] = "v <- momentum v + g; w <- w - lr v"
    slots: ClassVar[tuple[str, ...]] = ("v",)

    momentum: float = hp(default=0.9, help="Share of the last step that is kept", minimum=0.0, maximum=1.0, step=0.05)

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        momentum_update(w, g, slots["v"], learning_rate, self.momentum)
