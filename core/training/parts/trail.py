"""The way that a network of very few parameters has gone: its weights by step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vitrine.core.network.network import Network

MOST = 2048  # points kept; when they are full, every other one goes and only every other step is recorded on
SMALL = 2  # parameters


class Way(NamedTuple):
    """Points (n, parameters) float32 at steps (n,); places (parameters,): which of the flat vector they are."""

    places: np.ndarray
    steps: np.ndarray
    points: np.ndarray


class Trail:
    """Points (step, parameters) before each step: the first one for ever, the others evenly spaced over the run."""

    def __init__(self, network: Network) -> None:
        self._params = network.params
        self.places = np.concatenate([np.arange(cut.start, cut.stop) for cut in network.slices.values()])  # in the flat vector
        self.steps = np.zeros(MOST, np.int64)
        self.points = np.zeros((MOST, len(self.places)), np.float32)
        self.count = 0
        self.every = 1
        self._next = -1

    def add(self, step: int) -> None:
        """Record the present parameters as those after `step` steps, if it is its turn."""
        if step < self._next:
            return
        if self.count == MOST:
            half = MOST // 2
            self.steps[:half], self.points[:half] = self.steps[::2].copy(), self.points[::2].copy()
            self.count, self.every = half, 2 * self.every
        self.steps[self.count], self.points[self.count] = step, self._params[self.places]
        self.count += 1
        self._next = step + self.every

    def path(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps (n,) and parameters (n, count), as copies."""
        return self.steps[: self.count].copy(), self.points[: self.count].copy()

    def way(self) -> Way:
        """The same with the places, as copies."""
        return Way(self.places.copy(), *self.path())

    def takes(self, steps: np.ndarray, points: np.ndarray) -> bool:
        """Whether these can be such a path of this network."""
        shaped = steps.ndim == 1 and len(steps) <= MOST and points.shape == (len(steps), len(self.places))
        return bool(shaped and steps.dtype.kind == "i" and points.dtype.kind == "f" and np.all(np.diff(steps) > 0))

    def set_path(self, steps: np.ndarray, points: np.ndarray) -> None:
        """Go on from a path that `path` gave."""
        self.count = len(steps)
        self.steps[: self.count], self.points[: self.count] = steps, points
        self.every = int(steps[-1] - steps[-2]) if self.count > 1 else 1
        self._next = int(steps[-1]) + self.every if self.count else -1


def trail_of(network: Network) -> Trail | None:
    """A trail where the network is small enough to have one."""
    return Trail(network) if 0 < network.param_count <= SMALL else None
