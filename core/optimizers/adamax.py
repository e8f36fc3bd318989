"""AdaMax."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import running_mean
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.moments import Moments
from vitrine.core.spec import hp


class AdaMax(Moments):
    """m <- b1 m + (1 - b1) g; u <- max(b2 u, |g| + epsilon); w <- w - lr / (1 - b1^t) m / u.

    Kingma and Ba, 2015, section 7; epsilon as in PyTorch.
    """

    title: ClassVar[str] = "AdaMax"
    rank: ClassVar[int] = 31
    summary: ClassVar[str] = "Adam with the largest recent gradient in place of the mean square: steadier under rare large ones."
    formula: ClassVar[str] = "w <- w - lr / (1 - b1^t) m / u, u = max(b2 u, |g|)"
    slots: ClassVar[tuple[str, ...]] = ("m", "u")

    beta2: float = hp(default=0.999, help="Share of the old maximum that is kept", minimum=0.0, maximum=0.999999, step=0.001)
    epsilon: float = hp(
        default=1e-8, help="Added to the gradient's size, against division by zero", minimum=0.0, exclusive=True, scale="log", advanced=True
    )

    def scalars(self, step: int, learning_rate: float) -> dict[str, float]:
        return {"step": learning_rate / (1 - self.beta1**step)}

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        m, u = slots["m"], slots["u"]
        scratch = work.buffer("scratch", g.shape)
        running_mean(m, g, self.beta1, scratch)
        np.abs(g, out=g)
        g += self.epsilon
        u *= self.beta2
        np.maximum(u, g, out=u)
        np.divide(m, u, out=scratch)
        scratch *= scalars["step"]
        w -= scratch
