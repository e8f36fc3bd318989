"""The whole state of a run between two steps: restored, it goes on exactly as if it had never stopped."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import FileError
from core.history import STEP_COLUMNS, RunHistory

if TYPE_CHECKING:
    from core.trainer import Trainer

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Checkpoint:
    """Copies of all that a run carries from step to step; nobody else holds the arrays.

    weights: parameters and layer states by name (`dense_1/W`). optimizer: slots over the flat vector.
    history: the columns of `RunHistory`. meta: counters and the states of generators, ready for JSON.
    """

    weights: Arrays
    optimizer: Arrays
    history: Arrays
    meta: dict[str, Any]


def capture(trainer: Trainer) -> Checkpoint:
    """The trainer's state; call it between two steps, in the thread that trains."""
    best, best_at = trainer.regime.state()
    meta = {
        "best": best_at,
        "seed": trainer.network.seed,
        "step": trainer.step,
        "epoch": trainer.epoch,
        "position": trainer.position,
        "batch_size": trainer.batch_size,
        "examples": len(trainer.x),
        "seconds": trainer.seconds,
        "learning_rate": trainer.learning_rate,
        "finished": trainer.finished,
        "optimizer": type(trainer.optimizer.optimizer).__name__,
        "optimizer_step": trainer.optimizer.step,
        "generators": copy.deepcopy(trainer.generators.state()),
        "epoch_state": copy.deepcopy(trainer._epoch_state),
        "marks": [[step, text] for step, text in trainer.history.marks],
    }
    slots = {name: slot.copy() for name, slot in trainer.optimizer.slots.items()} | best
    return Checkpoint(trainer.network.arrays(), slots, trainer.history.to_arrays(), meta)


def restore(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Put a fresh trainer of the same experiment and data where `checkpoint` was taken.

    Raises FileError, leaving the trainer as it was, where the two don't belong together.
    """
    meta = checkpoint.meta
    _check_weights(trainer, checkpoint)
    _check_data(trainer, meta)
    same_optimizer = _check_slots(trainer, checkpoint)
    try:
        history = _history(checkpoint)
        counters = {name: int(meta[name]) for name in ("step", "epoch", "position")}
        seed, optimizer_step = int(meta["seed"]), int(meta["optimizer_step"])
        seconds, rate = float(meta["seconds"]), float(meta["learning_rate"])
        before = trainer.generators.state()
        try:
            if meta.get("epoch_state") is not None:
                trainer.generators.restore({**meta["generators"], "shuffle": meta["epoch_state"]})
            trainer.generators.restore(meta["generators"])
        except Exception:
            trainer.generators.restore(before)
            raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FileError(f"the stored run is damaged: {error!r}") from error
    trainer.network.load_arrays(checkpoint.weights)
    trainer.network.seed = seed
    if same_optimizer:
        for name, slot in trainer.optimizer.slots.items():
            slot[...] = checkpoint.optimizer[name]
        trainer.optimizer.step = optimizer_step
    trainer.step, trainer.epoch, trainer.position = counters["step"], counters["epoch"], counters["position"]
    trainer._epoch_state = copy.deepcopy(meta.get("epoch_state"))
    trainer.seconds, trainer.learning_rate = seconds, rate
    trainer.finished = bool(meta.get("finished", False))
    trainer.history = history
    trainer.regime.restore(checkpoint.optimizer, meta.get("best"))


def _check_weights(trainer: Trainer, checkpoint: Checkpoint) -> None:
    for key, target in {**trainer.network.views, **trainer.network.state}.items():
        array = checkpoint.weights.get(key)
        if array is None or array.shape != target.shape:
            found = "are absent" if array is None else f"are {array.shape}, not {target.shape}"
            raise FileError(f"the stored weights don't fit the network: those of {key} {found}")
        if array.dtype.kind != "f":
            raise FileError(f"the stored weights of {key} are not floating-point numbers")


def _check_slots(trainer: Trainer, checkpoint: Checkpoint) -> bool:
    """Whether the stored optimizer is the trainer's; with another one the run goes on with empty slots, as after `Trainer.adopt`."""
    if checkpoint.meta.get("optimizer") != type(trainer.optimizer.optimizer).__name__:
        return False
    for name, slot in trainer.optimizer.slots.items():
        stored = checkpoint.optimizer.get(name)
        if stored is None or stored.shape != slot.shape:
            raise FileError(f"the stored state of the optimizer ({name}) does not fit the network")
    return True


def _check_data(trainer: Trainer, meta: dict[str, Any]) -> None:
    if meta.get("examples") != len(trainer.x) or meta.get("batch_size") != trainer.batch_size:
        raise FileError(
            f"the run was stored with {meta.get('examples')} training examples in batches of {meta.get('batch_size')}; "
            f"now there are {len(trainer.x)} in batches of {trainer.batch_size}"
        )


def _history(checkpoint: Checkpoint) -> RunHistory:
    arrays = checkpoint.history
    for table in ("steps", "epochs"):
        lengths = {len(values) for name, values in arrays.items() if name.startswith(table + "/")}
        if len(lengths) > 1:
            raise ValueError(f"columns of unequal length in the history of {table}")
    if any(f"steps/{name}" not in arrays for name in STEP_COLUMNS):
        raise ValueError("the history lacks a column")
    return RunHistory.from_arrays(arrays, checkpoint.meta.get("marks"))


def weights_sha256(arrays: Arrays) -> str:
    """One fingerprint of all weights: equal if and only if every name, shape and bit is."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
