"""Steps too large for the loss to fall."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look, Trend


class LearningRateHigh(Monitor):
    """rms(dw) / rms(w) > `ratio` while the loss stands or rises, or a loss that rises or swings under lesser steps.

    A loss that stands within `near` of guessing, or within twice the deviation of such a mean, is none of it: steps that overshoot
    throw it above that.
    Visible: from the step since which that holds, 40 steps after the start or the last change at the earliest.
    About 0.001 is usual (Karpathy, CS231n, 2015; Bengio, Practical recommendations, 2012).
    """

    title: ClassVar[str] = "Learning rate too high"
    rank: ClassVar[int] = 12
    explained_by: ClassVar[tuple[str, ...]] = ("ExplodingGradients",)

    texts: ClassVar[Mapping[str, Words]] = {
        how: Words(
            f"The learning rate {{rate:g}} seems too high: {text}, and one step changes the weights of {{node}} by {{change:.2g}} % "
            "(about 0.1 % is usual)",
            "Lower the learning rate to a tenth; if the loss stays high, reset.",
        )
        for how, text in {
            "rose": "the loss rose from {low:.3g} to {high:.3g}",
            "stays": "the loss stays at {high:.3g}",
            "swings": "the loss swings between {low:.3g} and {high:.3g}",
        }.items()
    }

    ratio: float = hp(default=0.1, help="Update against weights in one step that is too much", minimum=0.0, exclusive=True, scale="log")
    rise: float = hp(default=1.3, help="Growth of the loss over its best that counts as rising", minimum=1.0, exclusive=True)

    near: float = hp(default=0.015, help="How near to guessing counts as guessing", minimum=0.0, maximum=0.5, exclusive=True, advanced=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        trend = look.trend
        layers = [layer for layer in look.layers if layer.weights > 1e-3]
        if trend is None or not layers or trend.learning:
            return []
        largest = max(layers, key=lambda layer: layer.ratio)
        how = self._how(look, trend, largest.ratio)
        if how is None:
            return []
        key, low, high = how
        return [self.finding(key, rate=look.rate, low=low, high=high, node=largest.node, change=100 * largest.ratio)]

    def _how(self, look: Look, trend: Trend, ratio: float) -> tuple[str, float, float] | None:
        """A key of `texts`, and two losses."""
        if trend.recent > self.rise * trend.best and ratio > self.ratio / 10:
            return "rose", trend.best, trend.recent
        alone = math.sqrt(10 / len(look.x)) if len(look.x) < min(10, len(look.trainer.x)) else 1.0  # steps of few examples cancel out
        losses = look.losses(trend.width)
        chance = 2 * float(losses.std()) / math.sqrt(trend.width) if losses is not None else 0.0  # of a mean of so many steps
        guesses = look.guess is not None and abs(trend.recent - look.guess) < max(self.near * look.guess, chance)
        if not guesses and ratio > self.ratio * alone and trend.recent > min(0.97 * trend.before, 1.5 * trend.first):
            return "stays", trend.before, trend.recent
        if len(look.x) == len(look.trainer.x) and trend.recent > 0.97 * trend.before:
            losses = look.trainer.history.steps.column("loss", -trend.width)
            turns = np.diff(np.sign(np.diff(losses))) != 0
            if turns.mean() > 0.7 and float(np.ptp(losses)) > 0.1 * trend.recent:
                return "swings", float(losses.min()), float(losses.max())
        return None
