"""A rate that falls along a cosine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Schedule
from vitrine.core.spec import hp


class Cosine(Schedule):
    """lr_t = lr (end + (1 - end) (1 + cos(pi t / T)) / 2), T steps in all. Loshchilov and Hutter, 2017."""

    title: ClassVar[str] = "cosine"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Slow at first, fast in the middle, slow at the end: down to almost nothing over the whole run."
    formula: ClassVar[str] = "lr_t = lr (end + (1 - end) (1 + cos(pi t / T)) / 2)"

    end: float = hp(default=0.0, help="Share of the rate that is left at the end", minimum=0.0, maximum=1.0, step=0.01)

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        share = (1 + math.cos(math.pi * min(1.0, step / max(1, total_steps)))) / 2
        return base * (self.end + (1 - self.end) * share)
