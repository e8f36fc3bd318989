"""A rate that falls when nothing improves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Schedule
from vitrine.core.schedules.losses import folded
from vitrine.core.spec import hp


class Plateau(Schedule):
    """lr_t = lr factor^n, n how often the loss did not improve for more than `patience` epochs.

    An edit of the loss or the network begins the waiting anew, and leaves the rate where it is.
    The loss is the validation loss, or the training loss without validation data; an improvement is one by more than the
    share `threshold`, as in PyTorch's ReduceLROnPlateau.
    """

    title: ClassVar[str] = "on plateau"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Lowers the rate whenever the validation loss has not improved for some epochs."
    formula: ClassVar[str] = "lr_t = lr factor^n, n plateaus so far"
    by_epoch: ClassVar[bool] = True

    factor: float = hp(default=0.1, help="What the rate is multiplied by", minimum=0.0, maximum=1.0, exclusive=True, step=0.05)
    patience: int = hp(default=10, help="Epochs without improvement that are borne", minimum=0, maximum=1_000_000, unit="epochs")
    threshold: float = hp(
        default=1e-4, help="Share by which the loss must fall to count as improved", minimum=0.0, maximum=1.0, scale="log", advanced=True
    )
    least: float = hp(default=0.0, help="Share of the first rate below which it does not go", minimum=0.0, maximum=1.0, advanced=True)

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        _, _, share = folded(losses, self, self._after, (math.inf, 0, 1.0), self._anew)
        return base * share

    def _anew(self, state: tuple[float, int, float]) -> tuple[float, int, float]:
        """What there was compares with nothing that comes: the next loss is the best one."""
        return math.inf, 0, state[2]

    def _after(self, state: tuple[float, int, float], loss: float) -> tuple[float, int, float]:
        """Best loss, epochs waited for a better one, and the share of the rate, after another epoch."""
        best, waited, share = state
        improved = loss < best * (1 - self.threshold) if best < math.inf else loss < best
        best, waited = (loss, 0) if improved else (best, waited + 1)
        return (best, 0, max(share * self.factor, self.least)) if waited > self.patience else (best, waited, share)
