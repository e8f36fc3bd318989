"""From a network's arrays to what a person can look at: weights in the shape of their input, outputs as maps."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitrine.core.network.network import Network


def runs(network: Network, node_id: str) -> bool:
    """Whether the node is part of what the network computes."""
    return any(step.id == node_id for step in network.steps)


def weight_key(network: Network, node_id: str) -> str | None:
    """The name of the node's first weight array ("dense_1/W"), or None for a node without weights."""
    prefix = node_id + "/"
    return next((k for k, p in network.specs.items() if k.startswith(prefix) and p.is_weight and len(p.shape) >= 2), None)


def image_shape(network: Network, node_id: str) -> tuple[int, ...] | None:
    """The shape (H, W, C) or (T, F) that reaches the node, seen through layers that only lay it out anew; else None.

    Goes up through single inputs of as many values and without weights: Flatten, Reshape, Dropout, Activation.
    """
    shapes = network.analysis.shapes
    sources = network.graph.sources(node_id)
    if len(sources) != 1:
        return None
    current = sources[0]
    size = int(np.prod(shapes[current]))
    while len(shapes[current]) < 2:
        above = network.graph.sources(current)
        if len(above) != 1 or weight_key(network, current) or int(np.prod(shapes[above[0]])) != size:
            return None
        current = above[0]
    return shapes[current]


def incoming_weights(network: Network, node_id: str, units: slice = slice(None)) -> np.ndarray | None:
    """The weights into each unit in the shape of its input, (units, h, w, c) as a view; a vector is (units, 1, F, 1).

    Convolution kernels (h, w, C, filters) and dense weights (F, units) alike; None without such weights.
    """
    key = weight_key(network, node_id)
    if key is None:
        return None
    weights = network.views[key]
    if weights.ndim == 4:
        return np.moveaxis(weights[..., units], 3, 0)
    if weights.ndim == 3:  # a kernel over time: (steps, features, filters)
        return np.moveaxis(weights[..., units], 2, 0)[..., None]
    if weights.ndim != 2:
        return None
    columns = weights[:, units].T
    shape = image_shape(network, node_id)
    if shape is None or int(np.prod(shape)) != columns.shape[1]:
        return columns[:, None, :, None]
    return columns.reshape(len(columns), *shape, *(1,) * (3 - len(shape)))


def unit_count(network: Network, node_id: str) -> int:
    """Number of units of a node that has weights; 0 for others."""
    key = weight_key(network, node_id)
    return network.views[key].shape[-1] if key else 0


def channel_view(tiles: np.ndarray, channel: int) -> np.ndarray:
    """One channel of (n, h, w, c), or the mean over channels for -1: (n, h, w)."""
    channels = tiles.shape[-1]
    if channels == 1:
        return tiles[..., 0]
    return tiles.mean(axis=-1) if not 0 <= channel < channels else tiles[..., channel]


def as_maps(output: np.ndarray) -> np.ndarray:
    """One example's output as maps (n, h, w): an image's channels, a sequence as one picture, a vector as n single cells."""
    if output.ndim == 3:
        return np.moveaxis(output, 2, 0)
    if output.ndim == 2:
        return output[None]
    return output.reshape(-1, 1, 1)


def sample_of(data: Any, split: str, index: int) -> tuple[np.ndarray, Any] | None:
    """One example (1, *shape) and its target; the index is brought into the split's range. None for an empty split."""
    x, y = data.split(split)
    if not len(x):
        return None
    index = min(max(index, 0), len(x) - 1)
    return x[index : index + 1], y[index]


def picture_of(x: np.ndarray) -> np.ndarray | None:
    """An example as a picture (h, w) float32: channels averaged, a sequence as it is; None for a vector."""
    if x.ndim == 3:
        return np.array(x[..., 0] if x.shape[2] == 1 else x.mean(axis=2), np.float32)
    return np.array(x, np.float32) if x.ndim == 2 else None
