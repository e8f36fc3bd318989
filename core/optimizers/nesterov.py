"""Momentum that looks ahead."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import nesterov_update
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp


class Nesterov(Optimizer):
    """v <- momentum v + g; w <- w - lr (g + momentum v). Nesterov, 1983, in the form of Sutskever and others, 2013 (and PyTorch)."""

    title: ClassVar[str] = "Nesterov"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Momentum that takes the gradient where the step will lead, and so brakes earlier."
    formula: ClassVar[str] = "v <- momentum v + g; w <- w - lr (g + momentum v)"
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
        nesterov_update(w, g, slots["v"], learning_rate, self.momentum, work.buffer("scratch", g.shape))
