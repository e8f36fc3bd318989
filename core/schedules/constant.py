"""The same rate throughout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Schedule


class Constant(Schedule):
    """lr_t = lr."""

    title: ClassVar[str] = "constant"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "The same learning rate from the first step to the last."
    formula: ClassVar[str] = "lr_t = lr"
    by_epoch: ClassVar[bool] = True
    constant: ClassVar[bool] = True

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        return base
