"""Small pictures of what is inside each layer, for the cards on the canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.core.pictures import line, mosaic, plane, tracing
from vitrine.core.probes.base import Probe, View
from vitrine.core.spec import hp

Picture = tuple[np.ndarray, str]

MAPS = 16
TILES = 25
LONGEST = 160  # pixels: more than a card shows
FINE = 14  # pixels: the least extent of a tile between gaps
ASPECT = 1.6  # of a card's picture, width to height


@dataclass(frozen=True, eq=False)
class ThumbnailsAnswer:
    """pictures: by node, uint8 (h, w) and its colour map, in the codes and maps of `vitrine.core.pictures.mosaic`."""

    pictures: Mapping[str, Picture]


class Thumbnails(Probe[ThumbnailsAnswer]):
    """One picture a layer.

    The sample itself for the input, maps for images and sequences, the incoming weights for a first dense layer on
    an image, activations elsewhere; for data of one or two features each unit's value along the line or over the plane.
    """

    nodes: tuple[str, ...] = hp(default=(), help="Layers to look into", kind="strs")
    sample: int = hp(default=0, help="Which example", minimum=0)
    split: str = hp(default="validation", help="Which part of the data", choices=("train", "validation", "test"))

    rank: ClassVar[int] = 10

    def __call__(self, view: View) -> ThumbnailsAnswer | None:
        network = view.network
        wanted = [n for n in self.nodes if n in network.analysis.shapes]
        if not wanted:
            return None
        if network.input_shape == (2,):
            return ThumbnailsAnswer(plane.pictures(network, view.data, wanted))
        if network.input_shape == (1,):
            return ThumbnailsAnswer(line.pictures(network, view.data, wanted))
        split = self.split if len(view.data.split(self.split)[0]) else "train"
        found = tracing.sample_of(view.data, split, self.sample)
        if found is None:
            return None
        outputs = network.activations(found[0], wanted)
        return ThumbnailsAnswer({n: _picture(view, n, outputs[n][0]) for n in wanted if n in outputs})


def _picture(view: View, node_id: str, output: np.ndarray) -> Picture:
    network = view.network
    if network.graph[node_id].layer.is_entry():
        shown = tracing.picture_of(output)
        if shown is not None:
            shown = mosaic.resized(shown, LONGEST)
            return mosaic.gray(shown, float(shown.min()), float(shown.max())), "gray"
    elif output.ndim == 1 and _first_on_image(view, node_id):
        weights = tracing.incoming_weights(network, node_id, slice(0, TILES))
        assert weights is not None
        return _tiled(tracing.channel_view(weights, -1), signed=True)
    return _tiled(tracing.as_maps(output)[: MAPS if output.ndim == 3 else 1024])


def _first_on_image(view: View, node_id: str) -> bool:
    """Whether the layer's weights see the data itself, and that is an image or a sequence."""
    network = view.network
    if tracing.weight_key(network, node_id) is None or tracing.image_shape(network, node_id) is None:
        return False
    above = network.graph.ancestors(node_id) - {node_id}
    return all(tracing.weight_key(network, n) is None for n in above)


def _tiled(tiles: np.ndarray, signed: bool = False) -> Picture:
    count, height, width = tiles.shape
    if count == 1:
        tiles = mosaic.resized(tiles[0], LONGEST)[None]
        height, width = tiles.shape[1:]
    gap = 0 if height == width == 1 else 1
    if gap and max(height, width) < FINE:  # small kernels and maps: finer pixels, so that the gap stays thin beside them
        fine = -(-FINE // max(height, width))
        tiles = tiles.repeat(fine, axis=1).repeat(fine, axis=2)
        count, height, width = tiles.shape
    layout = mosaic.Layout(count, height, width, mosaic.best_columns(count, height, width, ASPECT, gap), gap)
    if signed:
        codes, name = mosaic.diverging(tiles, mosaic.peak(tiles)), "diverging"
    else:
        codes, name, _ = mosaic.colored(tiles)
    return mosaic.compose(codes, layout, mosaic.ZERO if name == "diverging" else 0), name
