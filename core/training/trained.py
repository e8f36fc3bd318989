"""What training came to: a checkpoint with the experiment whose network it fits, how a trainer goes on from it, and whether it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.continuing import DRAWN, change_between, continue_from, same_network
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.parts.columns import Frozen
from vitrine.core.training.trainer import Trainer

MARKING = ("step", "loss", "seconds")  # of a row of the record: the clock tells apart runs that are alike bit for bit
Layers = tuple[tuple[str, ...], tuple[str, ...]]  # those whose weights were kept, those drawn anew


@dataclass(frozen=True)
class Trained:
    """A trained state that outlives its trainer. `experiment` is the one it was trained under; what is being edited
    may have moved on meanwhile."""

    experiment: Experiment
    checkpoint: Checkpoint

    @property
    def step(self) -> int:
        """Steps behind it."""
        return self._count("step")

    @property
    def epoch(self) -> int:
        """Whole epochs behind it."""
        return self._count("epoch")

    def _count(self, name: str) -> int:
        count: Any = self.checkpoint.meta.get(name, 0)
        return count if isinstance(count, int) else 0


def bytes_of(several: Iterable[Trained]) -> Iterator[int]:
    """The memory that each takes beyond those before it: states of one run share most of its record."""
    seen: set[int] = set()
    for trained in several:
        checkpoint = trained.checkpoint
        total = sum(array.nbytes for part in (checkpoint.weights, checkpoint.optimizer) for array in part.values())
        for column in checkpoint.history.values():
            for piece in column.pieces() if isinstance(column, Frozen) else (column,):
                if id(piece) not in seen:
                    seen.add(id(piece))
                    total += piece.nbytes
        yield total


def capture_trained(trainer: Trainer) -> Trained | None:
    """The trainer's state, or None before its first step; in the training thread, between two steps."""
    return Trained(trainer.experiment, trainer.checkpoint()) if trainer.step else None


def take_up(trainer: Trainer, trained: Trained) -> Layers:
    """Bring a fresh trainer to where `trained` stands: exactly, under the trainer's settings, where the network is the
    same; else as an edit while training does, with the weights that fit; from step 0 with other data or another seed.

    Raises FileError where the checkpoint does not belong to its experiment.
    """
    wanted = trainer.experiment
    change = change_between(trained.experiment, wanted)
    if change == "fresh":
        return (), ()
    if change == "rebuild":
        before = Trainer(trained.experiment, trainer.data)
        before.restore(trained.checkpoint)
        return continue_from(trainer, before)
    if change == "adopt":
        trainer.adopt(trained.experiment)
    trainer.restore(trained.checkpoint)
    if change == "adopt":
        trainer.adopt(wanted)
    return (), ()


def came_through(trained: Trained, experiment: Experiment, history: RunHistory) -> bool:
    """Whether the run of that experiment and record was once at `trained`, and went on from its weights.

    Each row of a record has the time at which its step was done: the last row of `trained` tells the run. Layers that were drawn
    anew since then began again; what they had learnt is in `trained` alone.
    """
    rows = _rows(trained)
    if rows > history.steps.count:
        return False
    there = [float(history.steps.column(name, rows - 1, rows)[0]) for name in MARKING] if rows else []
    return _goes_on(trained, there, experiment, history.marks)


def is_moment_of(one: Trained, other: Trained) -> bool:
    """Whether the run that came to `other` was once at `one`, or stands there."""
    if one is other:
        return True
    rows = _rows(one)
    return rows <= _rows(other) and _goes_on(one, _row(other, rows - 1), other.experiment, _marks(other))


def _goes_on(trained: Trained, there: list[float], experiment: Experiment, marks: Sequence[Any]) -> bool:
    """there: what a run's record says of the step that `trained` ended with."""
    here = _row(trained, _rows(trained) - 1)
    if not here or not np.array_equal(here, there, equal_nan=True) or not same_network(trained.experiment, experiment):
        return False
    return all(text != DRAWN for _step, text in marks[len(_marks(trained)) :])


def _rows(trained: Trained) -> int:
    return min((len(trained.checkpoint.history.get(f"steps/{name}", ())) for name in MARKING), default=0)


def _row(trained: Trained, at: int) -> list[float]:
    columns = [trained.checkpoint.history[f"steps/{name}"] for name in MARKING] if at >= 0 else []
    return [column.row(at) if isinstance(column, Frozen) else float(column[at]) for column in columns]


def _marks(trained: Trained) -> list[Any]:
    marks = trained.checkpoint.meta.get("marks")
    return [mark for mark in marks if isinstance(mark, list) and len(mark) == 2] if isinstance(marks, list) else []
