"""A rate that falls in steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Length, Schedule
from vitrine.core.spec import hp


class StepDecay(Schedule):
    """lr_t = lr factor^floor(epoch / every)."""

    title: ClassVar[str] = "step"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Multiplies the rate by a factor every so many epochs."
    formula: ClassVar[str] = "lr_t = lr factor^floor(epoch / every)"
    by_epoch: ClassVar[bool] = True

    factor: float = hp(default=0.5, help="What the rate is multiplied by", minimum=0.0, maximum=1.0, exclusive=True, step=0.05)
    every: int = hp(default=10, help="Epochs from one fall to the next", minimum=1, maximum=1_000_000, unit="epochs")

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        return base * self.factor ** (epoch // self.every)

    def misfit(self, training: Length) -> tuple[str, str] | None:
        if self.every < training.epochs:
            return None
        return "every", f"the first fall is after {self.every} epochs, the run has {training.epochs}: the rate would never change"
