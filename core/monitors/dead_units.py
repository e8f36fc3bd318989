"""ReLU units that give zero for every example."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.monitors.base import Finding, Memory, Monitor, named, percent, stops_negative
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


class DeadUnits(Monitor):
    """Share of a layer's ReLU units with y = 0 for every example of the last `batches` looked at > `share`.

    Such a unit gets no gradient and can't come back. A network that learns well may lose half of them. Maas, Hannun and Ng, 2013; Lu et al., 2019.
    """

    title: ClassVar[str] = "Dead ReLU units"
    rank: ClassVar[int] = 15

    share: float = hp(0.25, "Share of dead units in a layer that is too much", minimum=0.0, maximum=1.0, exclusive=True)
    batches: int = hp(5, "Batches at the least in which a dead unit was never active", minimum=1, maximum=1000)
    examples: int = hp(100, "Examples at the least, unless there are fewer", minimum=1)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        found = []
        for layer in look.layers:
            activation = look.activation(layer.node)
            if activation is None or not stops_negative(activation) or not layer.weights:
                continue  # all weights zero: not dead, never begun
            values = look.output(layer.node)
            enough = min(self.examples, len(look.trainer.x))
            batches = max(self.batches if len(values) < len(look.trainer.x) else 2, -(-enough // max(1, len(values))))
            recent: deque[np.ndarray] = memory.setdefault(layer.node, deque(maxlen=batches))
            recent.append(np.any(values > 0, axis=tuple(range(values.ndim - 1))))
            if len(recent) < batches:
                continue
            dead = ~np.any(list(recent), axis=0)
            share = float(dead.mean())
            learning = look.trend is not None and look.trend.learning  # then some loss can be borne
            if share > (max(self.share, 0.5) if learning else self.share):
                found.append(self._finding(look, layer.node, activation.title, dead, share))
        return found

    def _finding(self, look: Look, node: str, title: str, dead: np.ndarray, share: float) -> Finding:
        names = [str(i) for i in np.flatnonzero(dead)]
        which = "all of them" if share == 1 else f"units {named(names)}" if len(names) > 1 else f"unit {names[0]}"
        text = f"Dead {title} units: {percent(share)} of {node} ({which}) gave 0 for every example of the recent batches"
        remedy = (
            f"Reset with a learning rate below {look.trainer.learning_rate:g}, or use leaky ReLU, He initialization and a bias of 0 "
            "or a little more."
        )
        return Finding(text, remedy, node)
