"""What training came to: a checkpoint with the experiment whose network it fits, and how a trainer goes on from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.continuing import change_between, continue_from
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.columns import Frozen
from vitrine.core.training.trainer import Trainer

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
