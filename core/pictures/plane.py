"""Networks on data of two features, seen over the plane: what every unit answers at every point."""

from __future__ import annotations

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.network.network import Network
from vitrine.core.pictures import mosaic

SIDE = 32  # points along each side of a unit's picture
SCATTER = 64  # pixels along each side of the picture of the data
UNITS = 16
POINTS = 1000


def bounds(data: TrainingData) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of a square that holds the training points with some room around them."""
    x = data.split("train")[0]
    low, high = x.min(axis=0), x.max(axis=0)
    middle, reach = (low + high) / 2, max(float((high - low).max()), 1e-6) * 0.55
    return middle - reach, middle + reach


def lattice(low: np.ndarray, high: np.ndarray, side: int = SIDE) -> np.ndarray:
    """side * side points of the square, (n, 2) float32; the first row lies at the top (the highest second feature)."""
    xs = np.linspace(low[0], high[0], side, dtype=np.float32)
    ys = np.linspace(high[1], low[1], side, dtype=np.float32)
    grid = np.empty((side, side, 2), np.float32)
    grid[..., 0], grid[..., 1] = xs[None, :], ys[:, None]
    return grid.reshape(-1, 2)


def scatter(data: TrainingData, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, str]:
    """Training points as dots: two classes at both ends of the diverging map, several along the magnitudes."""
    x, y = data.split("train")
    x, y = x[:POINTS], np.asarray(y[:POINTS], float).reshape(len(x[:POINTS]), -1)[:, 0]
    classes = len(data.info.class_names)
    if data.info.task.has_classes and classes > 2:
        codes, name, ground = 40 + y * (mosaic.TOP - 40) / (classes - 1), "magnitude", 0
    else:
        middle, reach = (y.min() + y.max()) / 2, max((y.max() - y.min()) / 2, 1e-9)
        codes, name, ground = mosaic.diverging((y - middle) / reach, 1.0), "diverging", mosaic.ZERO
    picture = np.full((SCATTER, SCATTER), ground, np.uint8)
    places = (x - low) / (high - low) * (SCATTER - 1)
    dot = 2 if len(x) > 50 else 8
    column = np.clip((places[:, 0] - dot / 2 + 0.5).round().astype(int), 0, SCATTER - dot)
    row = np.clip((SCATTER - 0.5 - places[:, 1] - dot / 2).round().astype(int), 0, SCATTER - dot)
    for place in range(dot * dot):
        picture[row + place // dot, column + place % dot] = codes
    return picture, name


def unit_maps(network: Network, data: TrainingData, node_id: str) -> np.ndarray:
    """What each unit answers over the plane, (units, SIDE, SIDE) float32 in the units' own values."""
    values = network.activations(lattice(*bounds(data)), [node_id])[node_id].reshape(SIDE * SIDE, -1)
    return np.ascontiguousarray(values.T.reshape(-1, SIDE, SIDE))


def pictures(network: Network, data: TrainingData, nodes: list[str]) -> dict[str, tuple[np.ndarray, str]]:
    """{node: (uint8 (h, w), map)}: the data's points for the input, each unit over the plane for the others."""
    low, high = bounds(data)
    outputs = network.activations(lattice(low, high), nodes)
    found = {}
    for node_id in nodes:
        if node_id not in outputs:
            continue
        if network.graph[node_id].layer.is_entry():
            found[node_id] = scatter(data, low, high)
        elif node_id == network.output and data.info.task.has_classes:
            found[node_id] = _decision(outputs[node_id])
        else:
            found[node_id] = _units(outputs[node_id])
    return found


def _units(values: np.ndarray) -> tuple[np.ndarray, str]:
    flat = values.reshape(len(values), -1)[:, :UNITS]
    tiles = flat.T.reshape(-1, SIDE, SIDE)
    layout = mosaic.Layout(len(tiles), SIDE, SIDE, mosaic.best_columns(len(tiles), SIDE, SIDE, 1.6))
    # each unit by its own peak: what counts is where it bends, not how strong it is beside others
    peaks = np.maximum(np.abs(flat).max(axis=0), 1e-12)
    return mosaic.compose(mosaic.diverging(tiles / peaks[:, None, None], 1.0), layout, mosaic.ZERO), "diverging"


def _decision(probabilities: np.ndarray) -> tuple[np.ndarray, str]:
    """Which class, how surely: p(1) - p(0) for two classes, else the likeliest class in steps of the magnitude map."""
    classes = probabilities.shape[-1]
    if classes <= 2:
        sure = probabilities[:, -1] * 2 - 1
        return mosaic.diverging(sure, 1.0).reshape(SIDE, SIDE), "diverging"
    likeliest = probabilities.argmax(axis=1)
    return (40 + likeliest * ((mosaic.TOP - 40) / (classes - 1))).astype(np.uint8).reshape(SIDE, SIDE), "magnitude"
