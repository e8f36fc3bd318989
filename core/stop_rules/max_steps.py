"""A number of steps."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.spec import hp
from vitrine.core.stop_rules.base import Progress, StopRule


class MaxSteps(StopRule):
    """Ends after `steps` updates of the weights, in the middle of an epoch if need be."""

    title: ClassVar[str] = "after steps"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Ends after so many updates of the weights, however many epochs that is."
    by_step: ClassVar[bool] = True

    steps: int = hp(default=1000, help="Updates of the weights", minimum=1, maximum=1_000_000_000, unit="steps")

    def reason(self, progress: Progress) -> str | None:
        return f"{self.steps:,} steps" if progress.step >= self.steps else None
