"""An amount of time."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.spec import hp
from vitrine.core.stop_rules.base import Progress, StopRule


class MaxTime(StopRule):
    """Ends after the first epoch that brings the time spent training to `seconds`; pauses do not count."""

    title: ClassVar[str] = "after a time"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Ends with the epoch in which the time is up; pauses don't count."

    seconds: float = hp(default=60.0, help="Time spent training", minimum=0.0, maximum=1e9, exclusive=True, unit="s")

    def reason(self, progress: Progress) -> str | None:
        return f"{self.seconds:g} seconds of training" if progress.seconds >= self.seconds else None
