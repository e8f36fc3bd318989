"""Steps too large for the loss to fall."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.monitors.base import Finding, Memory, Monitor
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look, Trend


class LearningRateHigh(Monitor):
    """rms(dw) / rms(w) > `ratio` while the loss stands or rises, or a loss that rises or swings under lesser steps.

    About 0.001 is usual (Karpathy, CS231n, 2015; Bengio, Practical recommendations, 2012).
    """

    title: ClassVar[str] = "Learning rate too high"
    rank: ClassVar[int] = 12
    explained_by: ClassVar[tuple[str, ...]] = ("ExplodingGradients",)

    ratio: float = hp(0.1, "Update against weights in one step that is too much", minimum=0.0, exclusive=True, scale="log")
    rise: float = hp(1.3, "Growth of the loss over its best that counts as rising", minimum=1.0, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        trend = look.trend
        layers = [layer for layer in look.layers if layer.weights > 1e-3]
        if trend is None or not layers or trend.learning:
            return []
        largest = max(layers, key=lambda layer: layer.ratio)
        how = self._how(look, trend, largest.ratio)
        if not how:
            return []
        text = (
            f"The learning rate {look.rate:g} seems too high: {how}, and one step changes "
            f"the weights of {largest.node} by {100 * largest.ratio:.2g} % (about 0.1 % is usual)"
        )
        return [Finding(text, "Lower the learning rate to a tenth; if the loss stays high, reset.")]

    def _how(self, look: Look, trend: Trend, ratio: float) -> str:
        if trend.recent > self.rise * trend.best and ratio > self.ratio / 10:
            return f"the loss rose from {trend.best:.3g} to {trend.recent:.3g}"
        if ratio > self.ratio and trend.recent > min(0.97 * trend.before, 1.5 * trend.first):
            return f"the loss stays at {trend.recent:.3g}"
        if len(look.x) == len(look.trainer.x) and trend.recent > 0.97 * trend.before:
            losses = look.trainer.history.steps.column("loss")[-trend.width :]
            turns = np.diff(np.sign(np.diff(losses))) != 0
            if turns.mean() > 0.7 and float(np.ptp(losses)) > 0.1 * trend.recent:
                return f"the loss swings between {losses.min():.3g} and {losses.max():.3g}"
        return ""
