"""A rate that falls as 1/t."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Schedule
from vitrine.core.spec import hp


class InverseTime(Schedule):
    """lr_t = lr / (1 + decay t), t in epochs, as a fraction. Robbins and Monro, 1951."""

    title: ClassVar[str] = "1/t"
    rank: ClassVar[int] = 12
    summary: ClassVar[str] = "Falls fast at first and ever slower: what the theory of stochastic gradient descent asks for."
    formula: ClassVar[str] = "lr_t = lr / (1 + decay t)"

    decay: float = hp(default=0.5, help="How fast it falls: after 1 / decay epochs the rate has halved", minimum=0.0, maximum=1e6, step=0.1)

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        return base / (1 + self.decay * step / steps_per_epoch)
