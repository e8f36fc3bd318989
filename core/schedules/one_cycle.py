"""One rise and one fall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from vitrine.core.schedules.base import Schedule
from vitrine.core.spec import hp


class OneCycle(Schedule):
    """lr_t = from lr / start up to lr over the first `rise` of the steps, then down to lr / (start end), both along a cosine.

    Smith and Topin, 2018; in two phases as in PyTorch.
    """

    title: ClassVar[str] = "one cycle"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Rises to the full rate, then falls far below the first: lets rates be larger than usual."
    formula: ClassVar[str] = "lr_t = lr / start up to lr, down to lr / (start end)"

    rise: float = hp(default=0.3, help="Share of the run in which the rate rises", minimum=0.0, maximum=1.0, step=0.05)
    start: float = hp(default=25.0, help="How many times smaller the first rate is", minimum=1.0, maximum=1e9, scale="log")
    end: float = hp(default=1e4, help="How many times smaller than the first rate the last one is", minimum=1.0, maximum=1e12, scale="log")

    def rate(self, base: float, step: int, epoch: int, total_steps: int, steps_per_epoch: int, losses: Sequence[float] = ()) -> float:
        top = self.rise * total_steps - 1
        if step <= top:
            return _between(base / self.start, base, step / top if top > 0 else 1.0)
        share = (step - top) / max(1e-9, total_steps - 1 - top)
        return _between(base, base / (self.start * self.end), min(1.0, share))


def _between(first: float, last: float, share: float) -> float:
    """From one rate to the other along half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2
