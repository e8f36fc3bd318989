"""An error under a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.spec import hp
from core.stop_rules.base import Progress, StopRule, needs_validation

if TYPE_CHECKING:
    from core.data import DataInfo
    from core.experiment import Experiment


class LossBelow(StopRule):
    """Ends after the first epoch whose loss is under `threshold`: in training (the mean of its steps) or on the validation part."""

    title: ClassVar[str] = "loss under a threshold"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Goes over the examples again and again until the error is small enough, as the lecture does it by hand."

    threshold: float = hp(0.01, "Loss under which the run ends", minimum=0.0, maximum=1e12, exclusive=True, scale="log")
    part: str = hp("train", "On which part of the data", choices=("train", "validation"))

    def reason(self, progress: Progress) -> str | None:
        losses = progress.history.epochs.column(f"{self.part}_loss")
        if not len(losses) or not losses[-1] < self.threshold:
            return None
        return f"{self.part} loss {losses[-1]:.4g} under {self.threshold:g}"

    def misfit(self, experiment: Experiment, info: DataInfo | None) -> tuple[str, str] | None:
        why = needs_validation(experiment, "loss") if self.part == "validation" else None
        return ("part", why) if why else None
