"""Early stopping."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.data import DataInfo
from vitrine.core.spec import hp
from vitrine.core.stop_rules.base import Plan, Progress, StopRule, needs_validation


class Patience(StopRule):
    """Ends when the validation loss was not lower by more than `change` for `epochs` epochs. Prechelt, 1998.

    Losses before an edit of the loss or the network don't count: they compare with none after it.
    With `restore` the weights of the epoch with the lowest validation loss come back, also when the epochs are over first.
    """

    title: ClassVar[str] = "early stopping"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Ends when the validation loss no longer falls, before the net learns the noise; brings the best weights back."

    epochs: int = hp(
        default=10, help="Epochs without improvement that are borne", minimum=1, maximum=1_000_000, unit="epochs", label="Patience"
    )
    change: float = hp(default=0.0, help="Improvement that counts", minimum=0.0, maximum=1e12, advanced=True)
    restore: bool = hp(default=True, help="Bring back the weights of the best epoch at the end", label="Restore best weights")

    def reason(self, progress: Progress) -> str | None:
        table, start = progress.history.epochs, progress.history.start.epochs
        earlier = table.count - self.epochs
        if earlier <= start:
            return None
        recent = table.column("validation_loss", earlier)
        if not len(recent):
            return None
        lowest = table.lowest("validation_loss", start, earlier)
        if np.isfinite(lowest) and np.any(recent < lowest - self.change):
            return None
        return f"no lower validation loss for {self.epochs} epoch{'s' if self.epochs > 1 else ''}"

    @property
    def restores_best(self) -> bool:
        return self.restore

    def misfit(self, experiment: Plan, info: DataInfo | None) -> tuple[str, str] | None:
        why = needs_validation(experiment, "loss")
        return ("epochs", why) if why else None
