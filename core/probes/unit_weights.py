"""The weights into each unit of a layer, in the shape of what the unit looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.core.pictures import mosaic, tracing
from vitrine.core.probes.base import Probe, View
from vitrine.core.spec import hp


@dataclass(frozen=True, eq=False)
class UnitWeightsAnswer:
    """values: float32 (n, h, w), one tile a unit from the `start`-th on; picture: uint8 mosaic of them in the colour map
    `map`, laid out by `layout`; `scale` is the weight of the strongest colour, `peak` the largest there is.
    `units` and `channels` say how many there are; parts: how many arrays of weights each unit has, one after the
    other (the gates of a recurrent layer). rows: the tiles are rows (1, F)."""

    node: str
    values: np.ndarray
    picture: np.ndarray
    layout: mosaic.Layout
    map: str
    scale: float
    peak: float
    start: int
    units: int
    parts: int
    channels: int
    channel: int
    rows: bool


class UnitWeights(Probe[UnitWeightsAnswer]):
    """Incoming weights of the units `start` ... `start + count`.

    A dense layer on a flattened image gives tiles of that image, a convolution its kernels, a vector rows (1, F).
    channel: which input channel; -1 for the mean over them.
    """

    node: str = hp(default="", help="The layer")
    start: int = hp(default=0, help="First unit shown", minimum=0)
    count: int = hp(default=100, help="Units shown at most", minimum=1)
    channel: int = hp(default=-1, help="Input channel; -1: the mean over all", minimum=-1)
    columns: int = hp(default=0, help="Tiles in a row; 0: as suits", minimum=0)
    scale: float = hp(default=0.0, help="Weight of the strongest colour; 0: the largest there is", minimum=0.0)

    rank: ClassVar[int] = 30

    def __call__(self, view: View) -> UnitWeightsAnswer | None:
        network = view.network
        units = tracing.unit_count(network, self.node)
        start = min(self.start, max(0, units - 1))
        weights = tracing.incoming_weights(network, self.node, slice(start, start + self.count)) if units else None
        if weights is None:
            return None
        values = np.array(tracing.channel_view(weights, self.channel), np.float32)
        count, height, width = values.shape
        rows = height == 1 and width > 1
        own = network.analysis.shapes[self.node][-1]
        columns = self.columns or (1 if rows else mosaic.best_columns(count, height, width, 1.6, 0))
        layout = mosaic.Layout(count, height, width, min(columns, count), 0)
        found = mosaic.peak(values)
        scale = self.scale or found or 1.0
        return UnitWeightsAnswer(
            node=self.node, values=values, picture=mosaic.compose(mosaic.diverging(values, scale), layout), layout=layout, map="diverging",
            scale=scale, peak=found, start=start, units=units, parts=units // own if units % own == 0 else 1, channels=weights.shape[-1],
            channel=self.channel, rows=rows,
        )  # fmt: skip
