"""Learning the training part by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.monitors.base import Finding, Memory, Monitor
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


WIDTH = 5  # epochs


class Overfitting(Monitor):
    """The validation loss has risen for `epochs` epochs by more than `rise` of its best, while the training loss fell.

    Both as medians over five epochs; what is less than a hundredth of the first loss is no matter. Prechelt, Early stopping - but when?, 1998.
    """

    title: ClassVar[str] = "Overfitting"
    rank: ClassVar[int] = 50

    looks: int = hp(1, "Looks in a row that must see it before it is said", minimum=1, maximum=100, advanced=True)
    epochs: int = hp(5, "Epochs for which the validation loss must have risen", minimum=1, maximum=10_000)
    rise: float = hp(0.12, "Rise of the validation loss over its best that is too much", minimum=0.0, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        table = look.trainer.history.epochs
        if table.count != memory.get("count"):
            memory["count"] = table.count
            memory["found"] = self._find(look)
        return list(memory["found"])

    def _find(self, look: Look) -> list[Finding]:
        table = look.trainer.history.epochs
        if table.count < self.epochs + WIDTH or not len(table.column("validation_loss")):  # there may be no validation part
            return []
        # the last few hundred epochs tell enough, and cost the same however long the run
        validation, train = (_smooth(table.column(f"{part}_loss")[-300:]) for part in ("validation", "train"))
        if len(validation) < self.epochs or not np.all(np.isfinite(validation)):
            return []
        best = int(np.argmin(validation))
        since = len(validation) - 1 - best
        low, now = float(validation[best]), float(validation[-1])
        enough = max((1 + self.rise) * low, low + 0.01 * float(table.column("validation_loss")[0]))
        if since < self.epochs or now <= enough or train[-1] > 0.95 * train[best]:
            return []
        epoch = table.count - WIDTH // 2 - since
        text = (
            f"Overfitting: the validation loss has risen from {low:.3g} around epoch {epoch} to {now:.3g}, "
            f"while the training loss fell from {train[best]:.3g} to {train[-1]:.3g}"
        )
        remedy = (
            "Stop at the best epoch, add dropout, L2 or batch normalization, use fewer units, or get more examples; "
            "the test part, not this run, says how good it is."
        )
        return [Finding(text, remedy)]


def _smooth(values: np.ndarray) -> np.ndarray:
    """Running medians: a single bad epoch is none."""
    windows = np.lib.stride_tricks.sliding_window_view(values, min(WIDTH, len(values)))
    return np.sort(windows, axis=1)[:, windows.shape[1] // 2]
