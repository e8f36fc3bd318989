"""An error under a threshold."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.data import DataInfo
from vitrine.core.spec import hp
from vitrine.core.stop_rules.base import Plan, Progress, StopRule, latest, needs_validation


class LossBelow(StopRule):
    """Ends after the first epoch whose loss is under `threshold`: in training (the mean of its steps) or on the validation part."""

    title: ClassVar[str] = "loss under a threshold"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Goes over the examples again and again until the error is small enough, as the lecture does it by hand."

    threshold: float = hp(default=0.01, help="Loss under which the run ends", minimum=0.0, maximum=1e12, exclusive=True, scale="log")
    part: str = hp(default="train", help="On which part of the data", choices=("train", "validation"))

    def reason(self, progress: Progress) -> str | None:
        loss = latest(progress, f"{self.part}_loss")
        return f"{self.part} loss {loss:.4g} under {self.threshold:g}" if loss < self.threshold else None

    def misfit(self, experiment: Plan, info: DataInfo | None) -> tuple[str, str] | None:
        why = needs_validation(experiment, "loss") if self.part == "validation" else None
        return ("part", why) if why else None
