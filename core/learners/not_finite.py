"""What went wrong when numbers left the finite range: where it began, why, and what to do about it."""

from __future__ import annotations

import numpy as np

from vitrine.core.training.events import Diagnosis
from vitrine.core.training.run import Run

LARGE_INPUT = 1e4  # inputs beyond this are not scaled in any sense
KEPT = "The last finite weights are kept"


def find_not_finite(run: Run, x: np.ndarray, direction: str) -> Diagnosis:
    """The first layer whose output (direction "forward") or gradient ("backward") holds NaN or infinity.

    To be called right after that pass over the batch `x`, while the network's buffers still hold what came out.
    """
    step = run.step + 1
    if not np.isfinite(x).all():
        return _bad_data(run, x, step)
    found = _first_bad_output(run) if direction == "forward" else _first_bad_gradient(run)
    if found is None:
        output = run.network.output
        where = f"in the loss: the outputs of {output} are finite, but too large for it (up to {_size(run.network.output_of(output))})"
        return _report(run, x, output, _kind("inf"), where, step)
    node, values = found
    what = "output" if direction == "forward" else "gradient"
    kind = "nan" if np.isnan(values).any() else "inf"
    where = f"in the {what} of {node}{_weights_text(run, node)}"
    return _report(run, x, node, _kind(kind), where, step)


def overflow(run: Run, broken: np.ndarray) -> Diagnosis:
    """The first layer whose weights an update threw out of the finite range; `broken` is the parameter vector after it."""
    step = run.step + 1
    network = run.network
    for key, part in network.slices.items():
        values = broken[part]
        if not np.isfinite(values).all():
            node, name = key.split("/", 1)
            kind = _kind("nan" if np.isnan(values).any() else "inf")
            message = f"{kind} appeared first in the weights {name} of {node}, by the update of step {step:,}"
            return Diagnosis("not_finite", message + ".", _lower_rate(run), node, step, "error")
    return Diagnosis("not_finite", f"The update of step {step:,} left the finite range.", _lower_rate(run), None, step, "error")


def _kind(name: str) -> str:
    return "NaN" if name == "nan" else "Infinity"


def _first_bad_output(run: Run) -> tuple[str, np.ndarray] | None:
    for node in run.network.steps:
        values = run.network.output_of(node.id)
        if not np.isfinite(values).all():
            return node.id, values
    return None


def _first_bad_gradient(run: Run) -> tuple[str, np.ndarray] | None:
    """Gradients flow backward: the first is the one nearest to the output."""
    for node in reversed(run.network.steps):
        for values in node.grads.values():
            if not np.isfinite(values).all():
                return node.id, values
    return None


def _bad_data(run: Run, x: np.ndarray, step: int) -> Diagnosis:
    entry = run.network.steps[0].id
    count = int((~np.isfinite(x.reshape(len(x), -1)).all(axis=1)).sum())
    noun = "example" if count == 1 else "examples"
    kind = _kind("nan" if np.isnan(x).any() else "inf")
    message = f"{kind} appeared first in the data itself, at {entry}: {count} {noun} of the batch of step {step:,}."
    remedy = f"Mend or remove the rows of the data that hold no number. {KEPT}."
    return Diagnosis("not_finite", message, remedy, entry, step, "error")


def _report(run: Run, x: np.ndarray, node: str, kind: str, where: str, step: int) -> Diagnosis:
    message = f"{kind} appeared first {where}, at step {step:,}."
    largest = float(np.abs(x).max(initial=0.0))
    if largest > LARGE_INPUT:
        remedy = f"The inputs reach {largest:.3g}: choose Standardize as preprocessing, then reset. {KEPT}."
    else:
        remedy = _lower_rate(run)
    return Diagnosis("not_finite", message, remedy, node, step, "error")


def _lower_rate(run: Run) -> str:
    """A rate to try: what the optimizer comes with, or a tenth of one that is lower than that already."""
    usual = float(run.experiment.optimizer.field("learning_rate").default)
    rate = run.learning_rate
    advised = usual if rate > usual else rate / 10
    return (
        f"Lower the learning rate from {rate:g} to {advised:g}, then reset; if it comes again, look for extreme values in the data "
        f"or choose a smaller initializer. {KEPT}."
    )


def _weights_text(run: Run, node: str) -> str:
    """How large the layer's parameters are, if they are large enough to be the reason."""
    params = [values for key, values in run.network.views.items() if key.startswith(node + "/")]
    largest = max((float(np.abs(values).max(initial=0.0)) for values in params), default=0.0)
    return f", whose weights have grown to {largest:.3g}" if largest > 1e3 else ""


def _size(values: np.ndarray) -> str:
    return f"{float(np.abs(values).max(initial=0.0)):.3g}"
