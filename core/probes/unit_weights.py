"""The weights into each unit of a layer, in the shape of what the unit looks at."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core import mosaic, tracing
from core.probes.base import Probe, View
from core.spec import hp


class UnitWeights(Probe):
    """Incoming weights of the units `start` ... `start + count`: values float32 (n, h, w), and a mosaic of them.

    A dense layer on a flattened image gives tiles of that image, a convolution its kernels, a vector rows (1, F).
    parts: how many arrays of weights each unit has, one after the other (the gates of a recurrent layer).
    channel: which input channel; -1 for the mean over them. `units` and `channels` say how many there are.
    """

    node: str = hp("", "The layer")
    start: int = hp(0, "First unit shown", minimum=0)
    count: int = hp(100, "Units shown at most", minimum=1)
    channel: int = hp(-1, "Input channel; -1: the mean over all", minimum=-1)
    columns: int = hp(0, "Tiles in a row; 0: as suits", minimum=0)
    scale: float = hp(0.0, "Weight of the strongest colour; 0: the largest there is", minimum=0.0)

    rank: ClassVar[int] = 30

    def __call__(self, view: View) -> dict[str, Any]:
        network = view.network
        units = tracing.unit_count(network, self.node)
        start = min(self.start, max(0, units - 1))
        weights = tracing.incoming_weights(network, self.node, slice(start, start + self.count)) if units else None
        if weights is None:
            return {}
        values = np.array(tracing.channel_view(weights, self.channel), np.float32)
        count, height, width = values.shape
        rows = height == 1 and width > 1
        own = network.analysis.shapes[self.node][-1]
        columns = self.columns or (1 if rows else mosaic.best_columns(count, height, width, 1.6, 0))
        layout = mosaic.Layout(count, height, width, min(columns, count), 0)
        found = mosaic.peak(values)
        scale = self.scale or found or 1.0
        return {
            "node": self.node, "values": values, "picture": mosaic.compose(mosaic.diverging(values, scale), layout),
            "layout": layout, "map": "diverging", "scale": scale, "peak": found, "start": start, "units": units, "parts": units // own if units % own == 0 else 1,
            "channels": weights.shape[-1], "channel": self.channel, "rows": rows,
        }  # fmt: skip
