"""Gradients that grow without bound."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


REMEDY = (
    "Clip the gradients by their global norm, lower the learning rate from {rate:g}, scale inputs and targets, or start from smaller "
    "weights (He for ReLU, Glorot for tanh)."
)


class ExplodingGradients(Monitor):
    """|g| > `growth` times its usual size, and larger than ever before, while the loss does not fall; or |g| > `limit` |w| in a layer.

    Visible: from the first step of either. The usual size is the median over earlier looks: next to nothing where the data are
    learnt by heart, so that one hard batch is many times that and yet far below what the run began with. Bengio, Simard and Frasconi,
    1994; Pascanu, Mikolov and Bengio, 2013.
    """

    title: ClassVar[str] = "Exploding gradients"
    rank: ClassVar[int] = 10
    glances: ClassVar[bool] = True
    texts: ClassVar[Mapping[str, Words]] = {
        "large": Words("Exploding gradients: in {node} the gradient is {times:,.0f} times the weights themselves", REMEDY),
        "grown": Words("Exploding gradients: their norm reached {peak:.3g}, {times:,.0f} times the usual {usual:.3g}", REMEDY),
    }

    lasts: int = hp(default=5, help="Steps for which it must be seen before it is said", minimum=0, maximum=100_000, advanced=True)
    growth: float = hp(default=100.0, help="Growth of the gradient's norm that is too much", minimum=1.0, exclusive=True)
    limit: float = hp(default=1000.0, help="Gradient against weights that is too much in any layer", minimum=0.0, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        norms: deque[float] = memory.setdefault("norms", deque(maxlen=50))
        for layer in look.layers:
            if layer.weights > 1e-3 and layer.gradient > self.limit * layer.weights:
                times = layer.gradient / layer.weights
                return [self.finding("large", layer.node, rate=look.trainer.learning_rate, node=layer.node, times=times)]
        if len(norms) >= 5 and look.peak2 > (self.growth * min(norms)) ** 2:  # the median is larger still
            return self._grown(look, statistics.median(norms), norms, memory)
        self._note(look, memory, norms)
        return []

    def _note(self, look: Look, memory: Memory, norms: deque[float]) -> None:
        """Nothing of the kind: this size counts for what is usual, and for the largest."""
        norms.append(look.norm)
        memory["largest2"] = max(memory.get("largest2", 0.0), look.peak2)

    def _grown(self, look: Look, usual: float, norms: deque[float], memory: Memory) -> list[Finding]:
        trend, peak = look.trend, math.sqrt(look.peak2)
        grown = peak > self.growth * usual > 0 and look.peak2 > memory.get("largest2", 0.0)
        if not grown or trend is None or trend.recent <= 0.9 * trend.before:
            self._note(look, memory, norms)
            return []
        largest = max(look.layers, key=lambda layer: layer.gradient_norm, default=None)
        node = largest.node if largest else None
        return [self.finding("grown", node, rate=look.trainer.learning_rate, peak=peak, times=peak / usual, usual=usual)]
