"""What guessing costs: the loss to beat."""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.monitors.look import Watched

EXAMPLES = 2000


def guess_level(run: Watched, batch: int) -> float | None:
    """The loss of the best constant answer on `batch` examples like those of the training part; None where the loss takes none of those
    tried."""
    targets = run.targets[:: max(1, len(run.targets) // EXAMPLES)]
    shape = (len(targets), *(run.network.analysis.output_shape or ()))
    values = targets
    if targets.ndim == 1 and len(shape) == 2 and targets.dtype.kind == "i":  # class indices
        values = np.eye(shape[1], dtype=np.float32)[targets]
    if values.shape != shape:
        return None
    mean = values.mean(axis=0, dtype=np.float64)
    inside = np.clip(mean, 1e-6, 1 - 1e-6)
    found = []
    middle = np.sort(values, axis=0)[len(values) // 2]
    for answer in (mean, middle, np.log(inside), np.log(inside / (1 - inside))):
        outputs = np.ascontiguousarray(np.broadcast_to(answer.astype(np.float32), shape))
        with np.errstate(all="ignore"):
            value, _ = run.experiment.loss.value_and_grad(outputs, targets, Workspace(np.float32), need_grad=False)
        if np.isfinite(value) and value > 0:
            found.append(float(value) * (batch / len(targets) if run.experiment.loss.adds_up else 1.0))
    return min(found, default=None)
