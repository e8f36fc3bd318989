"""The loss as a landscape over two directions in the space of all weights, surveyed a little at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from vitrine.core.network.network import Network
from vitrine.core.rng import generator
from vitrine.core.training.twin import Twin

if TYPE_CHECKING:
    from vitrine.core.training.view import View

PLANE_SIDE, SLICE_SIDE, LINE_SIDE = 41, 25, 81  # grid points along an axis: 8 k + 1
COARSEST = 8
POINT_COST = 40_000_000  # multiply-adds that one point of a slice may take: some milliseconds
LAYER_COST = 30_000  # multiply-adds that calling a layer is worth
PLANE_EXAMPLES, SLICE_EXAMPLES = 20_000, 1_000
EXACT = 50_000  # parameters up to which a survey is made in float64
ROOM = 0.35  # around what must be in the picture, as a share of its extent
FAR = 20.0  # extents: what is farther away than this is left out of the picture
MOST_TRACK = 2048


class Survey:
    """E(origin + a u + b v) on a grid, coarse points first. Two parameters: u, v are the axes themselves and the grid
    covers the run's way and the lowest point near it ("plane"); one parameter: a curve ("line"); more: a slice through
    the weights at the time, along two random directions, filter-normalized: the part of u, v that leads into each unit
    is as long as the unit's weights; biases stay ("slice"). Li, Xu, Taylor, Studer and Goldstein, 2018.
    """

    def __init__(self, view: View, seed: int = 0) -> None:
        network = view.network
        small = network.param_count <= EXACT
        self.twin = Twin(network, view.experiment, np.float64 if small else np.float32)
        self.basis = (view.experiment.loss, view.experiment.regularizer)
        self.kind = {1: "line", 2: "plane"}.get(network.param_count, "slice")
        self.step = view.step
        self._take_examples(view)
        self.lowest: np.ndarray | None = None
        self._track: list[tuple[int, np.ndarray]] = []
        size = network.params.size
        if self.kind == "slice":
            self.origin = self.twin.network.params.copy()
            self.axes = np.stack([direction(network, generator(seed, "landscape", str(k))) for k in (1, 2)]).astype(self.origin.dtype)
            self.names: tuple[str, ...] = ("first direction", "second direction")
            self.low, self.high = np.full(2, -1.0), np.full(2, 1.0)
            wide = self.axes.astype(np.float64)  # squares of weights may leave the range of float32
            products = wide @ wide.T
            self._inverse = np.linalg.pinv(products) if np.isfinite(products).all() else np.zeros((2, 2))
        else:
            assert view.way is not None
            places = view.way.places
            self.origin, self.axes = np.zeros(size), np.zeros((len(places), size))
            self.axes[np.arange(len(places)), places] = 1
            self.names = tuple(key for key, cut in network.slices.items() for _ in range(cut.stop - cut.start))
            self._inverse = np.eye(len(places))
            self._frame(view)
        side = {"line": LINE_SIDE, "plane": PLANE_SIDE, "slice": SLICE_SIDE}[self.kind]
        self.values = np.full((1 if self.kind == "line" else side, side), np.nan)
        self._order = coarse_first(*self.values.shape)
        self.done = 0

    def _take_examples(self, view: View) -> None:
        x, y = view.data.split("train")
        most = PLANE_EXAMPLES
        if self.kind == "slice":
            cost = view.network.analysis.total_multiply_adds
            free = POINT_COST - LAYER_COST * len(view.network.steps)
            most = int(min(SLICE_EXAMPLES, max(16, free // max(1, cost))))
        rows = np.arange(len(x)) if len(x) <= most else np.linspace(0, len(x) - 1, most).astype(int)
        self.of = len(x)
        self.x = np.asarray(x[rows], self.twin.network.dtype)
        self.targets = self.twin.loss.encode(y[rows], view.data.info)

    # one point
    def value_at(self, place: np.ndarray) -> float:
        """E at coordinates (2,) or (1,); infinite where it leaves the range of the numbers."""
        params = self.twin.network.params
        params[...] = self.origin
        for coordinate, axis in zip(place.tolist(), self.axes):
            params += params.dtype.type(coordinate) * axis
        return self._value()

    def _value(self) -> float:
        with np.errstate(all="ignore"):
            value = self.twin.value(self.x, self.targets) + self.twin.regime.penalty()
        return value if np.isfinite(value) else float("inf")

    def gradient_at(self, place: np.ndarray) -> np.ndarray:
        """dE/dplace, penalties included."""
        self.value_at(place)
        with np.errstate(all="ignore"):
            self.twin.gradient(self.x, self.targets)
        self.twin.regime.penalize()
        return self.axes @ self.twin.network.grads.astype(np.float64)

    def place_of(self, params: np.ndarray) -> np.ndarray:
        """Coordinates of the point of the slice that is nearest to these parameters."""
        along = self.axes @ (params - self.origin).astype(self.axes.dtype)
        return np.asarray(self._inverse @ along.astype(np.float64))

    # the extent of a plane
    def _frame(self, view: View) -> None:
        assert view.way is not None
        way = view.way.points
        here = self.place_of(view.network.params)
        points = np.concatenate([way.astype(np.float64).reshape(-1, len(here)), here[None]])
        points = points[np.isfinite(points).all(axis=1)]
        start = points[0] if len(points) else np.zeros(len(here))
        found = lowest_near(self, start)
        reach = FAR * max(1.0, float(np.abs(start).max()), float(np.abs(found - start).max()))
        points = np.concatenate([points[np.abs(points - start).max(axis=1) < reach], found[None], start[None]])
        self.lowest = found
        low, high = points.min(axis=0), points.max(axis=0)
        room = np.maximum(ROOM * (high - low), 0.5)
        self.low, self.high = low - room, high + room

    def left_by(self, params: np.ndarray) -> bool:
        """Whether these parameters lie outside a plane, yet near enough for a wider one."""
        place = self.place_of(params)
        if self.kind == "slice" or not np.isfinite(place).all():
            return False
        outside = np.maximum(self.low - place, place - self.high)
        extent = self.high - self.low
        return bool((outside > 0).any() and (outside < extent).all())

    # the work
    def work(self, seconds: float) -> None:
        """Go on for about so long, by one point at least."""
        until = time.perf_counter() + seconds
        columns, rows = self.values.shape[1] - 1, max(1, self.values.shape[0] - 1)
        while self.done < len(self._order):
            i, j = self._order[self.done]
            share = np.array([j / columns, i / rows])[: len(self.low)]
            self.values[i, j] = self.value_at(self.low + share * (self.high - self.low))
            self.done += 1
            if time.perf_counter() > until:
                break

    @property
    def total(self) -> int:
        """Number of points of the whole grid."""
        return len(self._order)

    def filled(self) -> np.ndarray:
        """The grid, a copy; points still to come have the value of their coarser neighbor, NaN without one."""
        values = self.values.copy()
        i, j = np.indices(values.shape)
        stride = 2
        while stride <= COARSEST:
            coarse = self.values[i // stride * stride, j // stride * stride]
            values = np.where(np.isnan(values), coarse, values)
            stride *= 2
        return values

    def here(self, view: View) -> tuple[np.ndarray, float, np.ndarray]:
        """The run's present place, its loss on the survey's examples, and its way (n, 2) up to there."""
        self.twin.copy(view.network)
        place, loss = self.place_of(view.network.params), self._value()
        if view.way is not None:
            return place, loss, np.concatenate([view.way.points.astype(np.float64), place[None]])
        if not self._track or self._track[-1][0] != view.step:
            if len(self._track) >= MOST_TRACK:
                del self._track[1::2]
            self._track.append((view.step, place))
        return place, loss, np.array([point for _, point in self._track])


def direction(network: Network, rng: np.random.Generator) -> np.ndarray:
    """A random direction, filter-normalized: flat like the parameters, zero for biases and gains."""
    flat = np.zeros(network.params.size, np.float32)
    for key, param in network.specs.items():
        if not param.is_weight:
            continue
        part = rng.standard_normal(param.shape, np.float32)
        weights = network.views[key]
        axes = tuple(range(part.ndim - 1)) if part.ndim > 1 else None  # the last axis counts units or filters
        size = np.sqrt((weights.astype(np.float64) ** 2).sum(axis=axes, keepdims=True))
        length = np.sqrt((part**2).sum(axis=axes, keepdims=True))
        flat[network.slices[key]] = (part * (np.where(size > 0, size, 1.0) / np.maximum(length, np.float32(1e-12)))).reshape(-1)
    return flat


def coarse_first(rows: int, columns: int) -> list[tuple[int, int]]:
    """All places of a grid: every eighth of both axes first, then every fourth, and so on."""
    found: dict[tuple[int, int], None] = {}
    stride = COARSEST
    while stride >= 1:
        found |= {(i, j): None for i in range(0, rows, stride) for j in range(0, columns, stride)}
        stride //= 2
    return list(found)


def lowest_near(survey: Survey, start: np.ndarray) -> np.ndarray:
    """A local minimum of the survey's loss from `start` on, within 30 steps. Levenberg, 1944; Marquardt, 1963."""
    place, value, damping, step = start.copy(), survey.value_at(start), 1e-2, 1e-4
    for _ in range(30):
        slope = survey.gradient_at(place)
        shifted = [survey.gradient_at(place + step * unit) - survey.gradient_at(place - step * unit) for unit in np.eye(len(place))]
        curvature = np.array(shifted) / (2 * step)
        if not (np.isfinite(slope).all() and np.isfinite(curvature).all()) or np.abs(slope).max() < 1e-9:
            break
        scale = max(float(np.abs(np.diag(curvature)).max()), 1e-9)
        while damping < 1e6:
            move = np.linalg.lstsq(curvature + damping * scale * np.eye(len(place)), -slope, rcond=None)[0]
            reached = survey.value_at(place + move)
            if reached < value:
                place, value, damping = place + move, reached, damping / 10
                break
            damping *= 10
        else:
            break
    return place
