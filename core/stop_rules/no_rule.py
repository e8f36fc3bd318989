"""No rule."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.stop_rules.base import Progress, StopRule


class NoRule(StopRule):
    """The run ends when its epochs are over."""

    title: ClassVar[str] = "after its epochs"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Trains for the number of epochs that is set."

    def reason(self, progress: Progress) -> str | None:
        return None
