"""What went wrong when numbers left the finite range: where it began, why, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.events import Diagnosis

if TYPE_CHECKING:
    from core.trainer import Trainer

LARGE_INPUT = 1e4  # inputs beyond this are not scaled in any sense
KEPT = "The last finite weights are kept"


def find_not_finite(trainer: Trainer, x: np.ndarray, direction: str) -> Diagnosis:
    """The first layer whose output (direction "forward") or gradient ("backward") holds NaN or infinity.

    To be called right after that pass over the batch `x`, while the network's buffers still hold what came out.
    """
    step = trainer.step + 1
    if not np.isfinite(x).all():
        return _bad_data(trainer, x, step)
    found = _first_bad_output(trainer) if direction == "forward" else _first_bad_gradient(trainer)
    if found is None:
        output = trainer.network.output
        where = f"in the loss: the outputs of {output} are finite, but too large for it (up to {_size(trainer.network.output_of(output))})"
        return _report(trainer, x, output, _kind("inf"), where, step)
    node, values = found
    what = "output" if direction == "forward" else "gradient"
    kind = "nan" if np.isnan(values).any() else "inf"
    where = f"in the {what} of {node}{_weights_text(trainer, node)}"
    return _report(trainer, x, node, _kind(kind), where, step)


def overflow(trainer: Trainer, broken: np.ndarray) -> Diagnosis:
    """The first layer whose weights an update threw out of the finite range; `broken` is the parameter vector after it."""
    step = trainer.step + 1
    network = trainer.network
    for key, part in network.slices.items():
        values = broken[part]
        if not np.isfinite(values).all():
            node, name = key.split("/", 1)
            kind = _kind("nan" if np.isnan(values).any() else "inf")
            message = f"{kind} appeared first in the weights {name} of {node}, by the update of step {step}"
            return Diagnosis("not_finite", message + ".", _lower_rate(trainer), node, step, "error")
    return Diagnosis("not_finite", f"The update of step {step} left the finite range.", _lower_rate(trainer), None, step, "error")


def _kind(name: str) -> str:
    return "NaN" if name == "nan" else "Infinity"


def _first_bad_output(trainer: Trainer) -> tuple[str, np.ndarray] | None:
    for node in trainer.network.steps:
        values = trainer.network.output_of(node.id)
        if not np.isfinite(values).all():
            return node.id, values
    return None


def _first_bad_gradient(trainer: Trainer) -> tuple[str, np.ndarray] | None:
    """Gradients flow backward: the first is the one nearest to the output."""
    for node in reversed(trainer.network.steps):
        for values in node.grads.values():
            if not np.isfinite(values).all():
                return node.id, values
    return None


def _bad_data(trainer: Trainer, x: np.ndarray, step: int) -> Diagnosis:
    entry = trainer.network.steps[0].id
    count = int((~np.isfinite(x.reshape(len(x), -1)).all(axis=1)).sum())
    noun = "example" if count == 1 else "examples"
    kind = _kind("nan" if np.isnan(x).any() else "inf")
    message = f"{kind} appeared first in the data itself, at {entry}: {count} {noun} of the batch of step {step}."
    remedy = f"Mend or remove the rows of the data that hold no number. {KEPT}."
    return Diagnosis("not_finite", message, remedy, entry, step, "error")


def _report(trainer: Trainer, x: np.ndarray, node: str, kind: str, where: str, step: int) -> Diagnosis:
    message = f"{kind} appeared first {where}, at step {step}."
    largest = float(np.abs(x).max(initial=0.0))
    if largest > LARGE_INPUT:
        remedy = f"The inputs reach {largest:.3g}: choose Standardize as preprocessing, then reset. {KEPT}."
    else:
        remedy = _lower_rate(trainer)
    return Diagnosis("not_finite", message, remedy, node, step, "error")


def _lower_rate(trainer: Trainer) -> str:
    """A rate to try: what the optimizer comes with, or a tenth of one that is lower than that already."""
    usual = float(trainer.experiment.optimizer.field("learning_rate").default)
    rate = trainer.learning_rate
    advised = usual if rate > usual else rate / 10
    return (
        f"Lower the learning rate from {rate:g} to {advised:g}, then reset; if it comes again, look for extreme values in the data "
        f"or choose a smaller initializer. {KEPT}."
    )


def _weights_text(trainer: Trainer, node: str) -> str:
    """How large the layer's parameters are, if they are large enough to be the reason."""
    params = [values for key, values in trainer.network.views.items() if key.startswith(node + "/")]
    largest = max((float(np.abs(values).max(initial=0.0)) for values in params), default=0.0)
    return f", whose weights have grown to {largest:.3g}" if largest > 1e3 else ""


def _size(values: np.ndarray) -> str:
    return f"{float(np.abs(values).max(initial=0.0)):.3g}"
