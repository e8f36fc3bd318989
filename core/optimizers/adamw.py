"""Adam with weight decay of its own."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.adam import Adam
from vitrine.core.spec import hp


class AdamW(Adam):
    """w <- w - lr decay w, then as Adam. Loshchilov and Hutter, 2019; as in PyTorch biases decay, too.

    Unlike an L2 penalty the decay is not divided by the gradient's size.
    """

    title: ClassVar[str] = "AdamW"
    rank: ClassVar[int] = 33
    summary: ClassVar[str] = "Adam that also shrinks every weight a little at each step, which guards against overfitting."
    formula: ClassVar[str] = "w <- w - lr decay w; w <- w - lr m^ / (sqrt(v^) + eps)"

    weight_decay: float = hp(
        default=0.01, help="Share of a weight that goes at each step, times the rate", minimum=0.0, maximum=1.0, step=0.01
    )

    def scalars(self, step: int, learning_rate: float) -> dict[str, float]:
        return {**super().scalars(step, learning_rate), "keep": 1 - learning_rate * self.weight_decay}

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        w *= scalars["keep"]
        super().update(w, g, slots, learning_rate, scalars, work)
