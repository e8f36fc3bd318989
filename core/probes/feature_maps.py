"""All maps that one layer makes of one example."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core import mosaic, plane, tracing
from core.probes.base import Probe, View
from core.spec import hp

MOST = 1024


class FeatureMaps(Probe):
    """The example and the layer's output for it, one map a channel.

    values: float32 (n, h, w). picture: uint8 mosaic in `map`, laid out by `layout`, scaled by `peak` or by `scale`
    where one is given. input: float32 (h, w), or (F,) for a vector. label: the target. plane: for data of two features
    the maps show each unit over the plane instead, and `points` is a picture of the training points.
    """

    node: str = hp("", "The layer")
    sample: int = hp(0, "Which example", minimum=0)
    split: str = hp("validation", "Which part of the data", choices=("train", "validation", "test"))
    columns: int = hp(0, "Maps in a row; 0: as suits", minimum=0)
    scale: float = hp(0.0, "Value of the strongest colour; 0: the largest there is", minimum=0.0)

    rank: ClassVar[int] = 20

    def __call__(self, view: View) -> dict[str, Any]:
        found = tracing.sample_of(view.data, self.split, self.sample)
        if not tracing.runs(view.network, self.node) or found is None:
            return {}
        x, label = found
        in_plane = view.network.input_shape == (2,) and len(view.network.analysis.shapes[self.node]) == 1
        if in_plane:
            values = plane.unit_maps(view.network, view.data, self.node)[:MOST]
        else:
            values = np.ascontiguousarray(tracing.as_maps(view.network.activations(x, [self.node])[self.node][0])[:MOST])
        count, height, width = values.shape
        columns = self.columns or mosaic.best_columns(count, height, width, 1.6, 0)
        layout = mosaic.Layout(count, height, width, min(columns, count), 0)
        codes, name, scale = mosaic.colored(values, self.scale)
        shown = tracing.picture_of(x[0])
        return {
            "node": self.node, "values": values, "picture": mosaic.compose(codes, layout), "layout": layout, "map": name,
            "scale": scale, "peak": mosaic.peak(values), "input": np.array(x[0], np.float32) if shown is None else shown,
            "plane": in_plane, "points": plane.scatter(view.data, *plane.bounds(view.data)) if in_plane else None,
            "label": np.array(label).tolist(), "sample": self.sample, "split": self.split,
        }  # fmt: skip
