"""Steps too small to get anywhere."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, ClassVar

from core.monitors.base import Finding, Memory, Monitor
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


class LearningRateLow(Monitor):
    """rms(dw) / rms(w) < `ratio` in every layer, with a flat loss and gradients as large as at the start.

    Gradients that have died away instead are not the learning rate's fault, nor is a rate lowered by a schedule.
    About 0.001 is usual (Karpathy, CS231n, 2015).
    """

    title: ClassVar[str] = "Learning rate too low"
    rank: ClassVar[int] = 31
    explained_by: ClassVar[tuple[str, ...]] = ("VanishingGradients", "SaturatedUnits", "DeadUnits")

    ratio: float = hp(1e-5, "Update against weights in one step that is too little", minimum=0.0, exclusive=True, scale="log")

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
        text = (
            f"The learning rate {rate:g} seems too low: the loss stays at {trend.recent:.3g}, and one step changes the weights "
            f"by {fastest.ratio:.1g} of their size (about 0.001 is usual)"
        )
        factor = min(1000.0, max(10.0, 10.0 ** round(-3 - _log10(fastest.ratio))))
        return [Finding(text, f"Raise the learning rate, for instance to {rate * factor:g}.")]


def _log10(value: float) -> float:
    import math

    return math.log10(max(value, 1e-12))
