"""Networks on data of one feature, seen along it: what every unit answers at every value."""

from __future__ import annotations

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.network.network import Network
from vitrine.core.pictures import mosaic

SIDE = 32  # pixels along each side of a unit's picture
WIDE, HIGH = 96, 64  # of the pictures of the data and of the output
UNITS = 16
POINTS = 1000


def _lattice(data: TrainingData, count: int) -> np.ndarray:
    """`count` values from the lowest to the highest training example with some room, (n, 1) float32."""
    x = data.split("train")[0]
    low, high = float(x.min()), float(x.max())
    room = (high - low) * 0.05 or 1.0
    return np.linspace(low - room, high + room, count, dtype=np.float32)[:, None]


def pictures(network: Network, data: TrainingData, nodes: list[str]) -> dict[str, tuple[np.ndarray, str]]:
    """{node: (uint8 (h, w), map)}: the data's points for the input, with the fitted curve for the output, areas for units."""
    inside = [n for n in nodes if n != network.output]
    found = {}
    coarse = network.activations(_lattice(data, SIDE), inside) if inside else {}
    for node_id, values in coarse.items():
        if network.graph[node_id].layer.is_entry():
            found[node_id] = _plot(data, None)
        else:
            found[node_id] = _areas(values.reshape(len(values), -1)[:, :UNITS])
    if network.output in nodes:
        values = network.activations(_lattice(data, WIDE), [network.output])[network.output].reshape(WIDE, -1)
        found[network.output] = _plot(data, values[:, 0]) if values.shape[1] == 1 else _areas(values[:: WIDE // SIDE, :UNITS])
    return found


def _areas(values: np.ndarray) -> tuple[np.ndarray, str]:
    """One tile a unit: the area between its curve and zero, in the colour of the sign; each unit by its own peak."""
    columns, units = values.shape
    heights = values / np.maximum(np.abs(values).max(axis=0), 1e-12)
    level = 1 - (np.arange(SIDE, dtype=np.float32) + 0.5) * (2 / SIDE)  # of each row's middle, from the top down
    above = (level[:, None, None] > 0) & (level[:, None, None] <= heights)
    below = (level[:, None, None] < 0) & (level[:, None, None] >= heights)
    tiles = np.full((SIDE, columns, units), mosaic.ZERO, np.uint8)
    tiles[above], tiles[below] = mosaic.TOP, 0
    layout = mosaic.Layout(units, SIDE, columns, mosaic.best_columns(units, SIDE, columns, 1.6))
    return mosaic.compose(np.moveaxis(tiles, 2, 0), layout, mosaic.ZERO), "diverging"


def _plot(data: TrainingData, curve: np.ndarray | None) -> tuple[np.ndarray, str]:
    """Training examples as dots, and a curve given at WIDE places."""
    x, y = data.split("train")
    lattice = _lattice(data, WIDE)[:, 0]
    targets = np.asarray(y[:POINTS], float).reshape(len(y[:POINTS]), -1)[:, 0]
    low, high = float(targets.min()), float(targets.max())
    room = (high - low) * 0.1 or 1.0
    picture = np.full((HIGH, WIDE), mosaic.ZERO, np.uint8)

    def row(values: np.ndarray) -> np.ndarray:
        places = (HIGH - 1) * (high + room - values) / (high - low + 2 * room)
        return np.clip(np.nan_to_num(places, nan=0.0, posinf=HIGH, neginf=0.0), -1, HIGH).round().astype(int)

    column = np.clip(np.searchsorted(lattice, x[:POINTS, 0]), 0, WIDE - 2)
    rows = np.clip(row(targets), 0, HIGH - 2)
    for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
        picture[rows + dy, column + dx] = 0
    if curve is not None:
        _draw_curve(picture, row(curve))
    return picture, "diverging"


def _draw_curve(picture: np.ndarray, rows: np.ndarray) -> None:
    """Each column filled from its row to the next one's, so that steep stretches stay joined."""
    after = np.append(rows[1:], rows[-1])
    for column, (start, stop) in enumerate(zip(np.minimum(rows, after).tolist(), np.maximum(rows, after).tolist())):
        if stop >= 0 and start < HIGH:
            picture[max(0, start) : stop + 2, column] = mosaic.TOP
