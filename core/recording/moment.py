"""A run at one step, as an immutable copy; and a network of its own to look at it with, while the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.network.network import Network
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.trail import Way
from vitrine.core.training.twin import Blank
from vitrine.core.training.view import OptimizerAt, Seen, View

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Moment:
    """Parameters (flat, as the network holds them) and layer states after `step` steps, read-only copies, with what else
    a view of that moment shows; see `vitrine.core.training.view.View`. `optimizer` has no slots unless they were wanted.
    10 MB of parameters take 0.4 ms to copy."""

    experiment: Experiment
    step: int
    epoch: int
    learning_rate: float
    rate: float
    params: np.ndarray
    state: Arrays
    optimizer: OptimizerAt
    way: Way | None
    seen: Seen
    evaluated: Mapping[str, tuple[int, np.ndarray]]  # the last evaluations, which nobody changes


def moment_of(view: View, slots: bool = False) -> Moment:
    """A copy of what `view` shows; `slots`: with the optimizer's."""
    kind, step, found = view.optimizer
    return Moment(
        view.experiment, view.step, view.epoch, view.learning_rate, view.rate, _kept(view.network.params), _all_kept(view.network.state),
        OptimizerAt(kind, step, _all_kept(found) if slots else {}), view.way, view.seen, MappingProxyType(dict(view.evaluated)),
    )  # fmt: skip


class Copy:
    """A network of its own that is brought to moments of a run on `data`, whatever graph they are of. `between` is called
    before each of its passes."""

    def __init__(self, data: TrainingData, between: Callable[[], None] | None = None) -> None:
        self.data = data
        self._between = between
        self._network: Blank | None = None

    def view(self, moment: Moment) -> View:
        """The moment in this network, which no longer holds the one before."""
        network = self._network_for(moment.experiment)
        network.params[...] = moment.params
        for name, array in moment.state.items():
            network.state[name][...] = array
        return View(
            moment.experiment, network, self.data, moment.step, moment.epoch, moment.learning_rate, moment.rate, moment.optimizer,
            moment.way, moment.seen, dict(moment.evaluated),
        )  # fmt: skip

    def _network_for(self, experiment: Experiment) -> Network:
        """The same network as long as graph and loss ask for no other: what probes keep of it goes on to hold."""
        graph, link = experiment.graph, experiment.loss.link
        network = self._network
        if network is None or network.graph.structure != graph.structure or type(network.link) is not link:
            analysis = experiment.analyze(self.data.info)
            network = self._network = Blank(graph, self.data.info.input_shape, link=link, seed=experiment.seed, analysis=analysis)
            network.between = self._between
        return network


def _kept(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.setflags(write=False)
    return copy


def _all_kept(arrays: Arrays) -> Arrays:
    return MappingProxyType({name: _kept(array) for name, array in arrays.items()})
