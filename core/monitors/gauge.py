"""How large gradient, weights and update of every layer are at one step, for little: no array is made."""

from __future__ import annotations

import math

import numpy as np

from vitrine.core.kernels.matmul import dot
from vitrine.core.monitors.look import LayerNumbers
from vitrine.core.network.network import Network


class Gauge:
    """`before_update` while the gradients are those of the loss, `after_penalties` where some were added to them, `after_update` when
    the weights have moved."""

    def __init__(self, network: Network) -> None:
        self._params, self._before = network.params, np.empty_like(network.params)
        self.weights: dict[str, list[str]] = {}  # the weights (no biases) of each layer that has any
        for key, param in network.specs.items():
            if param.is_weight:
                self.weights.setdefault(key.split("/", 1)[0], []).append(key)
        self._parts: list[tuple[str, float, list[np.ndarray], list[np.ndarray], list[np.ndarray]]] = []
        for node, keys in self.weights.items():
            places = [network.slices[key] for key in keys]
            size = float(sum(place.stop - place.start for place in places))
            gradients, weights, change = ([array[place] for place in places] for array in (network.grads, network.params, self._before))
            self._parts.append((node, size, gradients, weights, change))
        self._sums: list[tuple[float, float]] = []
        self._penalized: list[float] | None = None

    def before_update(self) -> None:
        """Sum up gradients and weights, and keep a copy of the weights."""
        self._sums = [(_square(gradients), _square(weights)) for _, _, gradients, weights, _ in self._parts]
        self._penalized = None
        np.copyto(self._before, self._params)

    def after_penalties(self) -> None:
        """Sum up the gradients again."""
        self._penalized = [_square(gradients) for _, _, gradients, _, _ in self._parts]

    def after_update(self) -> list[LayerNumbers]:
        """The layers in their order. Overwrites what was kept of the weights."""
        np.subtract(self._params, self._before, out=self._before)
        root, found = math.sqrt, []
        for (node, size, _, _, change), (gradient, weights) in zip(self._parts, self._sums, strict=True):
            found.append(LayerNumbers(node, root(gradient / size), root(gradient), root(weights / size), root(_square(change) / size)))
        if self._penalized is not None:
            shares = [
                1.0 if gradient >= whole else root(gradient / whole)
                for (gradient, _), whole in zip(self._sums, self._penalized, strict=True)
            ]
            found = [layer._replace(share=share) for layer, share in zip(found, shares, strict=True)]
        return found


def _square(parts: list[np.ndarray]) -> float:
    """Sum of squares; infinite where float32 can't hold it."""
    return float(sum([dot(part, part) for part in parts]))
