"""What a change of the experiment means for the run: nothing, other settings, another network, or a new start."""

from __future__ import annotations

from typing import Any

from core.experiment import Experiment
from core.graph import GraphSpec
from core.trainer import Trainer

ADOPTED_PARTS = ("optimizer", "training", "regularizer", "schedule", "clipping", "stop_rule")
FRESH_PARTS = ("dataset", "preprocessing", "split")


def change_between(before: Experiment, after: Experiment) -> str:
    """"none", "adopt" (the trainer goes on under other settings), "rebuild" (another trainer takes over the weights
    of untouched layers) or "fresh" (other data or another seed: weights are drawn anew)."""
    if any(getattr(before, part) != getattr(after, part) for part in FRESH_PARTS):
        return "fresh"
    if before.seed != after.seed:
        return "fresh"
    if _structure(before.graph) != _structure(after.graph):
        return "rebuild"
    if before.training.batch_size != after.training.batch_size:
        return "rebuild"
    adoptable = {"graph", "name", "description", "topic", *ADOPTED_PARTS, *FRESH_PARTS}
    for part in before.__dataclass_fields__:
        if part not in adoptable and getattr(before, part) != getattr(after, part):
            return "rebuild"
    if any(getattr(before, part) != getattr(after, part) for part in ADOPTED_PARTS):
        return "adopt"
    return "none"


def _structure(graph: GraphSpec) -> Any:
    return {n.id: n.layer for n in graph.nodes}, graph.edges


def renamed(before: GraphSpec, after: GraphSpec) -> dict[str, str]:
    """Layers that bear another name now: gone here, new there, alike in settings and place."""
    gone = {(n.layer, n.position): n.id for n in before.nodes if n.id not in after}
    return {gone[n.layer, n.position]: n.id for n in after.nodes if n.id not in before and (n.layer, n.position) in gone}


def _under(names: dict[str, str], key: str) -> str:
    owner, name = key.split("/", 1)
    return f"{names.get(owner, owner)}/{name}"


def continue_from(trainer: Trainer, before: Trainer | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take over weights of layers with the same name and shapes, the record and the place in the run.

    Returns the layers kept and those with weights of their own that were drawn anew. The optimizer starts with
    empty slots: its memory belongs to the old parameters.
    """
    if before is None or before.step == 0:
        return (), ()
    names = renamed(before.network.graph, trainer.network.graph)
    arrays = {_under(names, key): array for key, array in before.network.arrays().items()}
    taken = trainer.network.load_arrays(arrays)
    owners = list(dict.fromkeys(key.split("/")[0] for key in trainer.network.specs))
    drawn = {key.split("/")[0] for key in trainer.network.specs if key not in taken}
    kept = tuple(owner for owner in owners if owner not in drawn)
    trainer.history = before.history
    trainer.step, trainer.epoch, trainer.seconds = before.step, before.epoch, before.seconds
    trainer.learning_rate = trainer.experiment.optimizer.learning_rate
    trainer.generators.restore(before.generators.state())
    trainer.history.mark(trainer.step, "network changed" if drawn else "settings changed")
    return kept, tuple(owner for owner in owners if owner in drawn)
