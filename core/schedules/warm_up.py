"""A slow start, then another schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Length, Schedule
from vitrine.core.spec import hp


class WarmUp(Schedule):
    """lr_t = lr (t + 1) / W for the first W steps, then what `then` says, counted from there. Goyal and others, 2017."""

    title: ClassVar[str] = "warm-up"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Begins with small steps while everything is still wild, then goes on with another schedule."
    formula: ClassVar[str] = "lr_t = lr (t + 1) / W for t < W"

    epochs: float = hp(
        default=1.0, help="How long the rate rises, in epochs", minimum=0.0, maximum=1e6, exclusive=True, step=0.5, unit="epochs"
    )
    then: Schedule = hp(default="Constant", help="The schedule after that", registry="schedule")

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        rising = max(1, round(self.epochs * steps_per_epoch))
        if step < rising:
            return base * (step + 1) / rising
        later, known = rising // steps_per_epoch, losses[rising // steps_per_epoch :]
        return self.then.rate(base, step - rising, epoch - later, max(1, total_steps - rising), steps_per_epoch, known)

    def misfit(self, training: Length) -> tuple[str, str] | None:
        if self.epochs < training.epochs:
            return None
        return "epochs", f"the rate rises for {self.epochs:g} epochs, the run has {training.epochs}: it would end before the full rate"
