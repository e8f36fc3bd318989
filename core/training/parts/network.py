"""What is learnt: the weights, the optimizer's memory of the way there, and the best weights so far."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from vitrine.core.errors import FileError, shown
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import OptimizerState
from vitrine.core.training.checkpoint import Arrays, Checkpoint
from vitrine.core.training.parts.base import Part, Renamed, check_kind, real, under, whole


class Weights(Part):
    """The network: its parameters and states, each under the name `layer/array`."""

    def begin(self, run: Any) -> Network:
        experiment = run.experiment
        return Network(experiment.graph, run.data.info.input_shape, link=experiment.loss.link, seed=experiment.seed, analysis=run.analysis)

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        checkpoint.weights.update(run.network.arrays())
        checkpoint.meta["seed"] = run.network.seed

    def read(self, run: Any, checkpoint: Checkpoint) -> tuple[Arrays, int]:
        for key, target in {**run.network.views, **run.network.state}.items():
            array = checkpoint.weights.get(key)
            if array is None or array.shape != target.shape:
                found = "are absent" if array is None else f"are {array.shape}, not {target.shape}"
                raise FileError(f"the stored weights don't fit the network: those of {key} {found}")
            check_kind(array, f"the stored weights of {key}")
        return checkpoint.weights, whole(checkpoint.meta["seed"], "seed")

    def restore(self, run: Any, value: tuple[Arrays, int]) -> None:
        run.network.load_arrays(value[0])
        run.network.seed = value[1]

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        """Layers with the same name and shapes keep their weights."""
        run.network.load_arrays({under(names, key): array for key, array in before.network.arrays().items()})


class Slots(Part):
    """The optimizer's memory. With another optimizer, network or loss the run goes on with empty slots: it is of these."""

    def begin(self, run: Any) -> OptimizerState:
        return OptimizerState(run.experiment.optimizer, run.network.params.size)

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        state = run.optimizer
        checkpoint.meta.update(optimizer=type(state.optimizer).__name__, optimizer_step=state.step)
        checkpoint.optimizer.update({name: slot.copy() for name, slot in state.slots.items()})

    def read(self, run: Any, checkpoint: Checkpoint) -> tuple[Arrays, int] | None:
        step = whole(checkpoint.meta["optimizer_step"], "optimizer_step")
        if checkpoint.meta.get("optimizer") != type(run.optimizer.optimizer).__name__:
            return None
        slots = {}
        for name, slot in run.optimizer.slots.items():
            stored = checkpoint.optimizer.get(name)
            stored = None if stored is None else without_gaps(stored, run.network)
            if stored is None or stored.shape != slot.shape:
                raise FileError(f"the stored state of the optimizer ({name}) does not fit the network")
            check_kind(stored, f"the stored values of the optimizer ({name})")
            slots[name] = stored
        return slots, step

    def restore(self, run: Any, value: tuple[Arrays, int] | None) -> None:
        if value is None:
            return
        for name, slot in run.optimizer.slots.items():
            slot[...] = value[0][name]
        run.optimizer.step = value[1]

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        """Kept where only how batches are cut, or settings of the rule, are others: the same loss of the same parameters."""
        layout = [(under(names, key), view.shape) for key, view in before.network.views.items()]
        same_layout = layout == [(key, view.shape) for key, view in run.network.views.items()]
        if same_layout and before.experiment.compares_with(run.experiment):
            run.optimizer.go_on_from(before.optimizer)


def without_gaps(slot: np.ndarray, network: Network) -> np.ndarray:
    """An optimizer's slot as it lies over the flat vector now: in older files every parameter began at a multiple of 16."""
    sizes = [param.size for param in network.specs.values()]
    starts = np.cumsum([0, *(-(-size // 16) * 16 for size in sizes)])
    if slot.shape != (starts[-1],) or not sizes:
        return slot
    return np.concatenate([slot[start : start + size] for start, size in zip(starts, sizes, strict=False)])


class Best(NamedTuple):
    """The weights of the epoch with the lowest validation loss so far. Nobody writes to the arrays."""

    arrays: Arrays
    epoch: int
    loss: float


class BestWeights(Part):
    """Kept while a stop rule wants them back; carried on where they fit the edited network."""

    def begin(self, run: Any) -> Best | None:
        return None

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        best = run.best
        checkpoint.meta["best"] = [best.epoch, best.loss] if best is not None else []
        if best is not None:
            checkpoint.optimizer.update({f"best/{name}": array for name, array in best.arrays.items()})

    def read(self, run: Any, checkpoint: Checkpoint) -> Best | None:
        stored = checkpoint.meta.get("best")
        if not isinstance(stored, list | None) or len(stored or []) not in (0, 2):
            raise ValueError(f"best is {shown(stored)}")
        if not stored:
            return None
        found = {key[5:]: array for key, array in checkpoint.optimizer.items() if key.startswith("best/")}
        for key, array in found.items():
            check_kind(array, f"the stored best weights of {shown(key)}")
        return fitting(run.network, Best(found, whole(stored[0], "best"), real(stored[1], "best")))

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        if before.best is not None:
            arrays = {under(names, key): array for key, array in before.best.arrays.items()}
            run.best = fitting(run.network, before.best._replace(arrays=arrays))


def fitting(network: Network, best: Best) -> Best | None:
    """The best weights, if they are whole ones of this network."""
    wanted = {**network.views, **network.state}
    if any(name not in best.arrays or best.arrays[name].shape != array.shape for name, array in wanted.items()):
        return None
    return best._replace(arrays={name: best.arrays[name] for name in wanted})
