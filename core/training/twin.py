"""A copy of a running network to try things on: other weights, single examples, gradients; the run never notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.network.fusion import Stage
from vitrine.core.network.network import Network
from vitrine.core.training.regime import Regime

if TYPE_CHECKING:
    from vitrine.core.training.experiment import Experiment
    from vitrine.core.training.view import View


class Blank(Network):
    """Draws no first weights: those of another network follow. `between` is called before every pass, and may wait."""

    between: Callable[[], None] | None = None

    def initialize(self, seed: int) -> None:
        self.seed = seed

    def pause(self) -> None:
        """Let others in who wait for the interpreter."""
        if self.between is not None:
            self.between()

    def _walk(self, stages: Sequence[Stage], x: np.ndarray, training: bool) -> np.ndarray:
        self.pause()
        return super()._walk(stages, x, training)

    def backward(self, dy: np.ndarray) -> None:
        self.pause()
        super().backward(dy)


class Twin:
    """Same graph, own arrays, of float64 unless told otherwise. Works as in prediction: no dropout, no noise, and
    batch normalization by its moving statistics; so every evaluation at the same weights gives the same value.

    E(w) = loss over the given examples + what layers add (sparse activity). Draws from no generator of the run.
    """

    def __init__(self, network: Network, experiment: Experiment, dtype: Any = np.float64) -> None:
        self.experiment, self.loss = experiment, experiment.loss
        self.network = Blank(
            network.graph, network.input_shape, link=self.loss.link, seed=network.seed, dtype=dtype, analysis=network.analysis, fused=False
        )
        if isinstance(network, Blank):
            self.network.between = network.between
        self.regime = Regime(experiment, self.network)
        self._work = Workspace(dtype)
        self.copy(network)

    def copy(self, network: Network) -> None:
        """Take over the present weights and states."""
        self.network.params[...] = network.params
        for name, array in network.state.items():
            self.network.state[name][...] = array

    def forward(self, x: np.ndarray) -> list[np.ndarray]:
        """Each node's output for inputs (N, *input_shape), in order, before the link: buffers, valid until the next call."""
        self.network.pause()
        x = np.asarray(x, self.network.dtype)
        outputs: list[np.ndarray] = []
        for step in self.network.steps:
            inputs = [outputs[s] for s in step.sources] if step.sources else [x]
            # a layer with a penalty keeps what its gradient needs only in training, and does nothing else there
            outputs.append(step.forward(inputs, step.layer.penalizes))
        return outputs

    def value(self, x: np.ndarray, targets: np.ndarray) -> float:
        """E at the present weights."""
        return self.loss.value_and_grad(self.forward(x)[-1], targets, self._work, need_grad=False)[0] + self.network.penalty()

    def gradient(self, x: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
        """E and dE/doutput (before the link), a copy; `network.grads` then holds dE/dw."""
        value, grad = self.loss.value_and_grad(self.forward(x)[-1], targets, self._work)
        assert grad is not None
        kept = grad.copy()
        self.network.grads.fill(0)
        self.network.backward(grad)
        return value + self.network.penalty(), kept


_twins: WeakKeyDictionary[Network, Twin] = WeakKeyDictionary()


def twin_of(view: View) -> Twin:
    """The twin in float64 of the view's network, at its present weights. Kept as long as the network."""
    twin = _twins.get(view.network)
    if twin is None or twin.experiment is not view.experiment:
        twin = _twins[view.network] = Twin(view.network, view.experiment)
    else:
        twin.copy(view.network)
    return twin
