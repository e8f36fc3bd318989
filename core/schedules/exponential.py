"""A rate that falls by the same share each epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Schedule
from vitrine.core.spec import hp


class Exponential(Schedule):
    """lr_t = lr factor^epoch."""

    title: ClassVar[str] = "exponential"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Takes the same share off the rate after every epoch."
    formula: ClassVar[str] = "lr_t = lr factor^epoch"
    by_epoch: ClassVar[bool] = True

    factor: float = hp(
        default=0.95, help="What the rate is multiplied by after every epoch", minimum=0.0, maximum=1.0, exclusive=True, step=0.01
    )

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        return base * self.factor**epoch
