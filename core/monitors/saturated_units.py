"""Sigmoid or tanh units pinned at their limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.monitors.base import Finding, Memory, Monitor, Words, limits, percent
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


class SaturatedUnits(Monitor):
    """Share of a hidden layer's outputs within `edge` (b - a) of a limit a or b of its activation > `share`.

    There the slope is almost zero and with it the gradient. Not said of the output, nor once the loss has fallen by a fifth.
    Visible: from the first step with enough before it to tell whether the loss falls, 40.
    Glorot and Bengio, 2010.
    """

    title: ClassVar[str] = "Saturated units"
    rank: ClassVar[int] = 16
    explained_by: ClassVar[tuple[str, ...]] = ("LearningRateHigh",)

    texts: ClassVar[Mapping[str, Words]] = {
        "saturated": Words(
            "Saturated {title} units: {percent} of the outputs of {node} lie at the limits {low:g} or {high:g}, where the slope is almost zero",
            "Scale the inputs, start from smaller weights (Glorot), or use ReLU in this layer.",
        )
    }

    share: float = hp(default=0.6, help="Share of saturated outputs in a layer that is too much", minimum=0.0, maximum=1.0, exclusive=True)
    learnt: float = hp(default=0.8, help="Loss against the first from which on it does no harm", minimum=0.0, maximum=1.0, advanced=True)
    edge: float = hp(
        default=0.02, help="How near to the limit counts as saturated, as a share of the range", minimum=0.0, maximum=0.5, exclusive=True
    )

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        if look.trend is None or look.trend.latest < self.learnt * look.trend.first:
            return []
        bounded: dict[str, tuple[Activation, tuple[float, float]]] | None = memory.get("layers")
        if bounded is None:
            last = {look.trainer.network.output, *(layer.node for layer in look.layers[-1:])}  # they make the output
            hidden = {node: a for node, a in look.activations.items() if node not in last}
            bounded = memory["layers"] = {node: (a, ends) for node, a in hidden.items() if (ends := limits(a)) is not None}
        found = []
        for node, (activation, (low, high)) in bounded.items():
            room = self.edge * (high - low)
            values = look.output(node)
            share = (np.count_nonzero(values < low + room) + np.count_nonzero(values > high - room)) / max(1, values.size)
            if share > self.share:
                found.append(self.finding("saturated", node, title=activation.title, percent=percent(share), node=node, low=low, high=high))
        return found
