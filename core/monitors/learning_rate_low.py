"""Steps too small to get anywhere."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


class LearningRateLow(Monitor):
    """rms(dw) / rms(w) < `ratio` in every layer, with a flat loss and gradients as large as at the start.

    Gradients that have died away instead are not the learning rate's fault, nor is a rate lowered by a schedule.
    Visible: from the step since which it is so, 40 steps after the start or the last change at the earliest.
    About 0.001 is usual (Karpathy, CS231n, 2015).
    """

    title: ClassVar[str] = "Learning rate too low"
    rank: ClassVar[int] = 31
    explained_by: ClassVar[tuple[str, ...]] = ("VanishingGradients", "SaturatedUnits", "DeadUnits")

    texts: ClassVar[Mapping[str, Words]] = {
        "low": Words(
            "The learning rate {rate:g} seems too low: the loss stays at {loss:.3g}, and one step changes the weights by {change:.1g} % "
            "(about 0.1 % is usual)",
            "Raise the learning rate, for instance to {better:g}.",
        )
    }

    ratio: float = hp(default=1e-5, help="Update against weights in one step that is too little", minimum=0.0, exclusive=True, scale="log")

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        norms: list[float] = memory.setdefault("norms", [])
        if len(norms) < 3:
            norms.append(look.norm)
        trend, rate = look.trend, look.rate
        layers = [layer for layer in look.layers if layer.weights > 1e-3]
        if trend is None or not layers or trend.learning or trend.recent < 0.99 * trend.before:
            return []
        scheduled = rate < 0.5 * look.trainer.experiment.optimizer.learning_rate
        fastest = max(layers, key=lambda layer: layer.ratio)
        if scheduled or not 0 < fastest.ratio < self.ratio or look.norm < 0.3 * statistics.median(norms):
            return []
        factor = min(1000.0, max(10.0, 10.0 ** round(-3 - math.log10(fastest.ratio))))
        return [self.finding("low", rate=rate, loss=trend.recent, change=100 * fastest.ratio, better=rate * factor)]
