"""Early stopping."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.spec import hp
from core.stop_rules.base import Progress, StopRule, needs_validation

if TYPE_CHECKING:
    from core.data import DataInfo
    from core.experiment import Experiment


class Patience(StopRule):
    """Ends when the validation loss was not lower by more than `change` for `epochs` epochs. Prechelt, 1998.

    With `restore` the weights of the epoch with the lowest validation loss come back, also when the epochs are over first.
    """

    title: ClassVar[str] = "early stopping"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Ends when the validation loss no longer falls, before the net learns the noise; brings the best weights back."

    epochs: int = hp(10, "Epochs without improvement that are borne", minimum=1, maximum=1_000_000, unit="epochs", label="Patience")
    change: float = hp(0.0, "Improvement that counts", minimum=0.0, maximum=1e12, advanced=True)
    restore: bool = hp(True, "Bring back the weights of the best epoch at the end", label="Restore best weights")

    def reason(self, progress: Progress) -> str | None:
        losses = progress.history.epochs.column("validation_loss")
        if len(losses) <= self.epochs:
            return None
        earlier = losses[: -self.epochs]
        known = earlier[np.isfinite(earlier)]
        recent = losses[-self.epochs :]
        if len(known) and np.any(recent < known.min() - self.change):
            return None
        return f"no lower validation loss for {self.epochs} epochs"

    @property
    def restores_best(self) -> bool:
        return self.restore

    def misfit(self, experiment: Experiment, info: DataInfo | None) -> tuple[str, str] | None:
        why = needs_validation(experiment, "loss")
        return ("epochs", why) if why else None
