"""Gradients that grow without bound."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, ClassVar

from core.monitors.base import Finding, Memory, Monitor
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


class ExplodingGradients(Monitor):
    """|g| > `growth` times its usual size while the loss does not fall, or |g| > `limit` |w| in a layer.

    The usual size is the median over earlier looks. Bengio, Simard and Frasconi, 1994; Pascanu, Mikolov and Bengio, 2013.
    """

    title: ClassVar[str] = "Exploding gradients"
    rank: ClassVar[int] = 10

    looks: int = hp(2, "Looks in a row that must see it before it is said", minimum=1, maximum=100, advanced=True)
    growth: float = hp(100.0, "Growth of the gradient's norm that is too much", minimum=1.0, exclusive=True)
    limit: float = hp(1000.0, "Gradient against weights that is too much in any layer", minimum=0.0, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        norms: list[float] = memory.setdefault("norms", [])
        usual = statistics.median(norms) if len(norms) >= 5 else None
        norms.append(look.norm)
        del norms[:-50]
        remedy = (
            f"Clip the gradients by their global norm, lower the learning rate from {look.trainer.learning_rate:g}, scale inputs and "
            "targets, or start from smaller weights (He for ReLU, Glorot for tanh)."
        )
        for layer in look.layers:
            if layer.weights > 1e-3 and layer.gradient > self.limit * layer.weights:
                times = layer.gradient / layer.weights
                text = f"Exploding gradients: in {layer.node} the gradient is {times:,.0f} times the weights themselves"
                return [Finding(text, remedy, layer.node)]
        trend = look.trend
        if usual and trend is not None and look.peak > self.growth * usual and trend.recent > 0.9 * trend.before:
            largest = max(look.layers, key=lambda layer: layer.gradient_norm, default=None)
            text = f"Exploding gradients: their norm reached {look.peak:.3g}, {look.peak / usual:,.0f} times the usual {usual:.3g}"
            return [Finding(text, remedy, largest.node if largest else None)]
        return []
