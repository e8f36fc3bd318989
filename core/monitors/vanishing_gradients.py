"""Gradients that die away on their way to the first layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.monitors.base import Finding, Memory, Monitor
from core.spec import hp

KEPT = 0.95  # of the sums from look to look

if TYPE_CHECKING:
    from core.watch import Look


class VanishingGradients(Monitor):
    """rms(g of the first layer) < `ratio` rms(g of the last), in a network of `layers` layers with weights or more.

    Running means over the looks: a network stuck at guessing has small gradients in its last layer too, soon after the
    start. Not said once the loss has halved: then enough comes through. Hochreiter, 1991; Glorot and Bengio, 2010.
    """

    title: ClassVar[str] = "Vanishing gradients"
    rank: ClassVar[int] = 20
    explained_by: ClassVar[tuple[str, ...]] = ("SaturatedUnits", "DeadUnits")

    ratio: float = hp(0.02, "First layer's gradient against the last one's that is too little", minimum=0.0, exclusive=True, scale="log")
    layers: int = hp(3, "Fewest layers with weights that it takes", minimum=2)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        found = [layer for layer in look.layers if look.trainer.network.analysis.multiply_adds.get(layer.node)]
        if len(found) < self.layers:
            return []
        first, last = found[0], found[-1]
        sums: tuple[float, float] = memory.get("sums", (0.0, 0.0))
        at_first, at_last = memory["sums"] = KEPT * sums[0] + first.gradient, KEPT * sums[1] + last.gradient
        if look.trend is None or look.trend.learning or at_last <= 0 or at_first >= self.ratio * at_last:
            return []
        remedy = (
            "Use ReLU in place of sigmoid or tanh in the hidden layers, He or Glorot initialization, BatchNorm between the layers, "
            "or fewer layers."
        )
        share = at_first / at_last
        if not share:
            return [Finding(f"Vanishing gradients: none at all reaches {first.node}", remedy, first.node)]
        factor = share ** (1 / (len(found) - 1))
        text = (
            f"Vanishing gradients: {first.node} gets {share:.2g} of the gradient of {last.node}; "
            f"each layer passes on about {factor:.2g} of it"
        )
        return [Finding(text, remedy, first.node)]
