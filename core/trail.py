"""The way that a network of very few parameters has gone: its weights by step."""

from __future__ import annotations

import numpy as np

from core.network import Network

MOST = 2048  # points kept; when they are full, every other one goes and only every other step is recorded on
SMALL = 2  # parameters


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


def trail_of(network: Network) -> Trail | None:
    """A trail where the network is small enough to have one."""
    return Trail(network) if 0 < network.param_count <= SMALL else None
