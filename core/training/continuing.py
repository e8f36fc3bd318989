"""What a change of the experiment means for the run: nothing, other settings, another network, or a new start."""

from __future__ import annotations

import math

import numpy as np

from vitrine.core.network.changes import renamed
from vitrine.core.training.evaluation import evaluate
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.base import under
from vitrine.core.training.run import Run
from vitrine.core.training.trainer import Trainer

DRAWN = "network changed"  # the record's mark where layers began anew


def change_between(before: Experiment, after: Experiment) -> str:
    """What the change means for a run: "none", "adopt", "rebuild" or "fresh"; see `Experiment.change_to`."""
    return before.change_to(after)


def same_network(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments train the same network, layers' names and settings of training aside."""
    names = renamed(one.graph, other.graph)
    layers = {names.get(node.id, node.id): node.layer for node in one.graph.nodes}
    edges = {(names.get(e.source, e.source), names.get(e.target, e.target)) for e in one.graph.edges}
    same = layers == {node.id: node.layer for node in other.graph.nodes} and edges == {(e.source, e.target) for e in other.graph.edges}
    return (
        same and one.seed == other.seed and (one.dataset, one.preprocessing, one.split) == (other.dataset, other.preprocessing, other.split)
    )


def continue_from(trainer: Trainer, before: Trainer | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take over from the run before an edit whatever of it still fits (`Run.carry_on`).

    Returns the layers whose weights were kept and those with weights of their own that were drawn anew. With another network
    or loss the optimizer starts with empty slots: its memory belongs to the old ones.
    """
    if before is None or before.step == 0:
        return (), ()
    run, old = trainer.subject, before.subject
    names = renamed(old.network.graph, run.network.graph)
    known = {under(names, key): view.shape for key, view in old.network.views.items()}
    run.carry_on(old, names)
    if not old.experiment.compares_with(run.experiment):
        run.start_anew()
        _judge_best(run)
    owners = list(dict.fromkeys(key.split("/")[0] for key in run.network.specs))
    drawn = {key.split("/")[0] for key, view in run.network.views.items() if known.get(key) != view.shape}
    run.history.mark(run.step, DRAWN if drawn else "settings changed")
    return tuple(owner for owner in owners if owner not in drawn), tuple(owner for owner in owners if owner in drawn)


def _judge_best(run: Run) -> None:
    """Measure the best weights so far by the present network and loss: what others said of them does not compare."""
    best, run.best = run.best, None
    if best is None:
        return
    present = run.network.arrays()
    run.network.load_arrays(best.arrays)
    with np.errstate(all="ignore"):
        values, _ = evaluate(run, "validation") or ({}, None)
    run.network.load_arrays(present)
    loss = values.get("validation_loss", math.inf)
    if math.isfinite(loss):
        run.best = best._replace(loss=loss)
