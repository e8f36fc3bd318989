"""The batches of one epoch, in its order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vitrine.core.network.costs import SMALL_EPOCH
from vitrine.core.training.run import Run

Batch = tuple[np.ndarray, np.ndarray]


def batches(run: Run) -> Iterator[Batch]:
    """Inputs and targets of the present epoch's batches from `run.position` on; arrays are valid until the next batch."""
    shuffle = run.generators["shuffle"].bit_generator
    if run.order is None:
        run.order = shuffle.state
    else:  # in the middle of an epoch: its order again
        shuffle.state = run.order
    order = run.generators["shuffle"].permutation(len(run.x))
    size, first = run.batch_size, run.position
    if size == len(run.x):  # the whole part: its order does not matter
        if not first:
            yield run.x, run.targets
        return
    if run.x.nbytes <= SMALL_EPOCH:
        xs, ts = run.x[order], run.targets[order]
        for start in range(first, run.epoch_end, size):
            yield xs[start : start + size], ts[start : start + size]
        return
    buffer = np.empty((size, *run.x.shape[1:]), run.x.dtype)
    for start in range(first, run.epoch_end, size):
        rows = order[start : start + size]
        batch = buffer[: len(rows)]
        np.take(run.x, rows, axis=0, out=batch, mode="clip")  # "clip" writes without a second buffer
        yield batch, run.targets[rows]
