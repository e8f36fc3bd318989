"""Adam."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.optimizers import adam_update
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.moments import Moments
from vitrine.core.spec import hp


class Adam(Moments):
    """m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; w <- w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).

    Kingma and Ba, 2015; epsilon as in the paper and PyTorch, outside the corrected root. The slots hold m / (1 - b1)
    and v / (1 - b2): what all parameters share is folded into the step, which saves passes over the vector.
    """

    title: ClassVar[str] = "Adam"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Momentum and a rate for each weight at once: a good first choice for most networks."
    formula: ClassVar[str] = "w <- w - lr m^ / (sqrt(v^) + eps), m^ and v^ running means of g and g^2"
    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    learning_rate: float = hp(
        default=0.001, help="Size of a step in each weight, at most about this", minimum=0.0, exclusive=True, scale="log"
    )

    def scalars(self, step: int, learning_rate: float) -> dict[str, float]:
        first, second = (1 - self.beta1) / (1 - self.beta1**step), (1 - self.beta2) / (1 - self.beta2**step)
        return {"step": learning_rate * first / second**0.5, "epsilon": self.epsilon / second**0.5}

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        adam_update(w, g, slots["m"], slots["v"], self.beta1, self.beta2, scalars["step"], scalars["epsilon"])
