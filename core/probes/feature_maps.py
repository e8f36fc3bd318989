"""All maps that one layer makes of one example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from vitrine.core.pictures import mosaic, plane, tracing
from vitrine.core.probes.base import Probe, View
from vitrine.core.spec import hp

MOST = 1024


@dataclass(frozen=True, eq=False)
class FeatureMapsAnswer:
    """values: float32 (n, h, w). picture: uint8 mosaic in the colour map `map`, laid out by `layout`; `scale` is the value
    of the strongest colour, `peak` the largest there is. input: float32 (h, w), or (F,) for a vector. label: the target,
    a number or lists of numbers. points: a picture of the training points and its colour map, where the maps show each
    unit over the plane."""

    node: str
    sample: int
    split: str
    values: np.ndarray
    picture: np.ndarray
    layout: mosaic.Layout
    map: str
    scale: float
    peak: float
    input: np.ndarray
    label: Any
    points: tuple[np.ndarray, str] | None = None

    @property
    def plane(self) -> bool:
        """Whether the maps show units over the plane instead of one example's."""
        return self.points is not None


class FeatureMaps(Probe[FeatureMapsAnswer]):
    """The example and the layer's output for it, one map a channel. For data of two features the maps show each unit over
    the plane instead."""

    node: str = hp(default="", help="The layer")
    sample: int = hp(default=0, help="Which example", minimum=0)
    split: str = hp(default="validation", help="Which part of the data", choices=("train", "validation", "test"))
    columns: int = hp(default=0, help="Maps in a row; 0: as suits", minimum=0)
    scale: float = hp(default=0.0, help="Value of the strongest colour; 0: the largest there is", minimum=0.0)

    rank: ClassVar[int] = 20

    def __call__(self, view: View) -> FeatureMapsAnswer | None:
        found = tracing.sample_of(view.data, self.split, self.sample)
        if not tracing.runs(view.network, self.node) or found is None:
            return None
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
        return FeatureMapsAnswer(
            node=self.node, sample=self.sample, split=self.split, values=values, picture=mosaic.compose(codes, layout), layout=layout,
            map=name, scale=scale, peak=mosaic.peak(values), input=np.array(x[0], np.float32) if shown is None else shown,
            label=np.array(label).tolist(), points=plane.scatter(view.data, *plane.bounds(view.data)) if in_plane else None,
        )  # fmt: skip
