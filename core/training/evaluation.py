"""A run's network on a whole part of the data: loss, metrics and predictions."""

from __future__ import annotations

import logging
import traceback
from numbers import Real

import numpy as np

from vitrine.core.errors import GUEST, said, shown
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.network.costs import EVALUATION_BATCH
from vitrine.core.training.events import Dropped
from vitrine.core.training.run import Run

log = logging.getLogger(__name__)


def evaluate(run: Run, split: str, news: list[Dropped] | None = None) -> tuple[dict[str, float], np.ndarray] | None:
    """`{split}_loss` and the metrics of a part, and its predictions, read-only; None for an empty part.

    A metric that breaks is measured no more, which `news` gets to know; the run goes on.
    """
    x, y = run.data.split(split)
    if not len(x):
        return None
    with np.errstate(all="ignore"):  # a loss out of range is infinite, and that is what is told
        outputs = run.network.outputs(x, EVALUATION_BATCH)
        targets = run.experiment.loss.encode(y, run.data.info)
        loss, _ = run.experiment.loss.value_and_grad(outputs, targets, Workspace(outputs.dtype), need_grad=False)
        predictions = run.network.link(outputs)
        predictions.setflags(write=False)
        values = {f"{split}_loss": loss}
        for metric in list(run.metrics):
            try:
                values[f"{split}_{metric.column}"] = _number(metric.value(predictions, y))
            except GUEST as error:  # contributed code is a guest
                run.metrics = [other for other in run.metrics if other is not metric]
                log.exception("the metric %s went wrong", metric.title)
                message = f"{metric.title} is no longer measured: {said(error)}. The training goes on; the log has the details."
                if news is not None:
                    news.append(Dropped("metric", type(metric).__name__, message, traceback.format_exc(), run.step))
        return values, predictions


def _number(value: object) -> float:
    if not isinstance(value, Real):
        raise TypeError(f"its value must be a number, not {shown(value)}")
    return float(value)
