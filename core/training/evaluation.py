"""A run's network on a whole part of the data: loss, metrics and predictions."""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.network.costs import EVALUATION_BATCH
from vitrine.core.training.run import Run


def evaluate(run: Run, split: str) -> tuple[dict[str, float], np.ndarray] | None:
    """`{split}_loss` and the metrics of a part, and its predictions, read-only; None for an empty part."""
    x, y = run.data.split(split)
    if not len(x):
        return None
    with np.errstate(all="ignore"):  # a loss out of range is infinite, and that is what is told
        outputs = run.network.outputs(x, EVALUATION_BATCH)
        targets = run.experiment.loss.encode(y, run.data.info)
        loss, _ = run.experiment.loss.value_and_grad(outputs, targets, Workspace(outputs.dtype), need_grad=False)
        predictions = run.network.link(outputs)
        predictions.setflags(write=False)
        return {f"{split}_loss": loss} | {f"{split}_{m.key}": m.value(predictions, y) for m in run.metrics}, predictions
