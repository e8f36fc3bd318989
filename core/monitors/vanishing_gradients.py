"""Gradients that die away on their way to the first layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

KEPT = 0.95  # of the sums from look to look

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


REMEDY = (
    "Use ReLU in place of sigmoid or tanh in the hidden layers, He or Glorot initialization, BatchNorm between the layers, or fewer layers."
)


class VanishingGradients(Monitor):
    """rms(g of the first layer) < `ratio` rms(g of the last), in a network of `layers` layers with weights or more, and the first
    layer's update is less than the share `still` of its weights: one that moves has gradient enough, also where others have more. What a
    penalty moves does not count.

    Sums over the looks since it was so first: a network stuck at guessing has small gradients in its last layer too, soon after the
    start. Not said once the loss has halved: then enough comes through. Visible: from the step since which it is so, 40 steps after
    the start or the last change at the earliest. Hochreiter, 1991; Glorot and Bengio, 2010.
    """

    title: ClassVar[str] = "Vanishing gradients"
    rank: ClassVar[int] = 20
    explained_by: ClassVar[tuple[str, ...]] = ("SaturatedUnits", "DeadUnits")

    texts: ClassVar[Mapping[str, Words]] = {
        "none": Words("Vanishing gradients: none at all reaches {node}", REMEDY),
        "little": Words(
            "Vanishing gradients: {node} gets {share:.2g} of the gradient of {last}; each layer passes on about {factor:.2g} of it", REMEDY
        ),
    }

    ratio: float = hp(
        default=0.02, help="First layer's gradient against the last one's that is too little", minimum=0.0, exclusive=True, scale="log"
    )
    still: float = hp(
        default=2e-4,
        help="Update against weights of the first layer that is enough",
        minimum=0.0,
        exclusive=True,
        scale="log",
        advanced=True,
    )
    layers: int = hp(default=3, help="Fewest layers with weights that it takes", minimum=2)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        found = [layer for layer in look.layers if look.trainer.network.analysis.multiply_adds.get(layer.node)]
        if len(found) < self.layers:
            return []
        first, last = found[0], found[-1]
        sums: tuple[float, float] = memory.get("sums", (0.0, 0.0))
        at_first, at_last = KEPT * sums[0] + first.gradient, KEPT * sums[1] + last.gradient
        if at_last <= 0 or at_first >= self.ratio * at_last or first.share * first.update >= self.still * first.weights > 0:
            memory.pop("sums", None)
            return []
        memory["sums"] = at_first, at_last
        if look.trend is None or look.trend.learning:
            return []
        share = at_first / at_last
        key, factor = "none" if not share else "little", share ** (1 / (len(found) - 1))
        return [self.finding(key, first.node, node=first.node, last=last.node, share=share, factor=factor)]
