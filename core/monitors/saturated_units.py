"""Sigmoid or tanh units pinned at their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.monitors.base import Finding, Memory, Monitor, limits, percent
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


class SaturatedUnits(Monitor):
    """Share of a hidden layer's outputs within `edge` (b - a) of a limit a or b of its activation > `share`.

    There the slope is almost zero and with it the gradient. Not said of the output, nor once the loss has halved.
    Glorot and Bengio, 2010.
    """

    title: ClassVar[str] = "Saturated units"
    rank: ClassVar[int] = 16
    explained_by: ClassVar[tuple[str, ...]] = ("LearningRateHigh",)

    share: float = hp(0.6, "Share of saturated outputs in a layer that is too much", minimum=0.0, maximum=1.0, exclusive=True)
    edge: float = hp(0.02, "How near to the limit counts as saturated, as a share of the range", minimum=0.0, maximum=0.5, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        if look.trend is None or look.trend.learning:
            return []
        found = []
        for layer in look.layers[:-1]:  # the last one makes the output
            activation = look.activation(layer.node)
            ends = limits(activation) if activation is not None else None
            if activation is None or ends is None:
                continue
            low, high = ends
            room = self.edge * (high - low)
            values = look.output(layer.node)
            share = (np.count_nonzero(values < low + room) + np.count_nonzero(values > high - room)) / max(1, values.size)
            if share > self.share:
                text = (
                    f"Saturated {activation.title} units: {percent(share)} of the outputs of {layer.node} lie at the limits "
                    f"{low:g} or {high:g}, where the slope is almost zero"
                )
                remedy = "Scale the inputs, start from smaller weights (Glorot), or use ReLU in this layer."
                found.append(Finding(text, remedy, layer.node))
        return found
