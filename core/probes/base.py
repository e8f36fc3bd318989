"""What a probe is: a question to the running network, asked by a view, answered in the training thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from core.spec import Registry, Spec

if TYPE_CHECKING:
    from core.data import TrainingData
    from core.experiment import Experiment
    from core.history import RunHistory
    from core.network import Network
    from core.optimizers.base import OptimizerState
    from core.regime import Regime
    from core.trail import Trail
    from core.watch import Watch


class View(Protocol):
    """What probes may look at: the trainer, read-only."""

    experiment: Experiment
    network: Network
    data: TrainingData
    optimizer: OptimizerState
    regime: Regime
    learning_rate: float
    trail: Trail | None  # of networks with one or two parameters
    history: RunHistory
    step: int
    epoch: int
    watch: Watch

    def predictions(self, split: str) -> np.ndarray:
        """Predictions for a whole split: those of the last evaluation where there was one, else computed now."""

    def evaluation(self, split: str) -> tuple[int, np.ndarray] | None:
        """Step and predictions of the last evaluation of a whole split, or None before the first."""


class Probe(Spec, abstract=True):
    """Frozen request: `probe(view)` returns named arrays and plain values, all copies. Node ids that are gone
    give an empty dict. Evaluated by the worker between two steps, so it should take a few milliseconds at most."""

    registry: ClassVar[Registry] = Registry("probe", "core.probes")
    interval: ClassVar[float] = 0.0  # seconds that should pass between two evaluations while training

    def __call__(self, view: View) -> dict[str, Any]:
        raise NotImplementedError(type(self).__name__)
