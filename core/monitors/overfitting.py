"""Learning the training part by heart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


WIDTH = 5  # epochs
LONG = 300  # epochs that are looked back


class Overfitting(Monitor):
    """The validation loss lies above its best, and clear of its own unrest, while the training loss fell to half.

    Best: the least median over five epochs. Above: by more than the shares `rise` of it and `floor` of the first loss, and than
    `unrest` times the change from one epoch to the next that nine in ten since the best stay below. Visible: from the epoch in which
    that held for each of the last `epochs` epochs, or for a fourth of those since the best, if that is more.
    Prechelt, Early stopping - but when?, 1998.
    """

    title: ClassVar[str] = "Overfitting"
    rank: ClassVar[int] = 50

    by_epoch: ClassVar[bool] = True
    texts: ClassVar[Mapping[str, Words]] = {
        "overfitting": Words(
            "Overfitting: the validation loss has risen from {low:.3g} around epoch {epoch} to {now:.3g}, while the training loss fell from "
            "{then:.3g} to {train:.3g}",
            "Stop at the best epoch, add dropout, L2 or batch normalization, use fewer units, or get more examples; the test part, not "
            "this run, says how good it is.",
        )
    }

    lasts: int = hp(default=0, help="Steps for which it must be seen before it is said", minimum=0, maximum=100_000, advanced=True)
    epochs: int = hp(default=5, help="Epochs for which the validation loss must lie above its best", minimum=1, maximum=10_000)
    rise: float = hp(default=0.01, help="Rise of the validation loss over its best that is too much", minimum=0.0, exclusive=True)
    floor: float = hp(default=0.0015, help="Rise that is no matter, as a share of the first loss", minimum=0.0, advanced=True)
    unrest: float = hp(default=5.0, help="Rise against the usual change between two epochs that is too much", minimum=0.0, advanced=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        table, start = look.trainer.history.epochs, look.trainer.history.start.epochs
        rows = table.column("validation_loss", memory.get("read", start))
        if not len(rows):  # there may be no validation part
            return []
        memory["read"] = table.count
        memory["best"] = best = min(memory.get("best", math.inf), float(np.fmin.reduce(rows)))
        if table.count - start >= self.epochs + WIDTH and rows[-1] > (1 + self.rise) * best:
            return self._find(look)  # most often it is not worth the time
        return []

    def _find(self, look: Look) -> list[Finding]:
        table, start = look.trainer.history.epochs, look.trainer.history.start.epochs
        # the last few hundred epochs tell enough, and cost the same however long the run
        validation = table.column("validation_loss", max(start, table.count - LONG))
        if not validation[-self.epochs :].min() > (1 + self.rise) * validation.min():
            return []  # also where one is not a number
        train = table.column("train_loss", max(start, table.count - LONG))
        first = float(table.column("validation_loss", start, start + 1)[0])
        middle, middle_train = _smooth(validation), _smooth(train)
        best = int(np.argmin(middle))
        since = len(middle) - 1 - best
        if since < self.epochs:
            return []
        changes = np.sort(np.abs(np.diff(validation[best + WIDTH // 2 :][-41:])))
        low, unrest = float(middle[best]), float(changes[int(0.9 * len(changes))])
        enough = max((1 + self.rise) * low, low + self.floor * first, low + self.unrest * unrest)
        lately = float(validation[-max(self.epochs, since // 4) :].min())
        if lately <= enough or middle_train[-1] > 0.5 * middle_train[best]:
            return []
        now, then, fell = float(middle[-1]), float(middle_train[best]), float(middle_train[-1])
        epoch = table.count - WIDTH // 2 - since
        return [self.finding("overfitting", low=low, epoch=epoch, now=now, then=then, train=fell)]


def _smooth(values: np.ndarray) -> np.ndarray:
    """Running medians: a single bad epoch is none."""
    windows = np.lib.stride_tricks.sliding_window_view(values, min(WIDTH, len(values)))
    return np.sort(windows, axis=1)[:, windows.shape[1] // 2]
