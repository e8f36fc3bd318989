"""A classifier with one answer for everything."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words, percent
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


EVERY = "Every one of the last {count} examples looked at was taken for “{name}”"


class OneClass(Monitor):
    """argmax of the outputs is one and the same class for every example of the recent batches, whose labels differ.

    Visible: once it is so for `lasts` steps.
    """

    title: ClassVar[str] = "One class predicted"
    rank: ClassVar[int] = 45
    explained_by: ClassVar[tuple[str, ...]] = (
        "ExplodingGradients", "VanishingGradients", "SaturatedUnits", "DeadUnits", "LearningRateHigh", "LearningRateLow", "Guessing",
    )  # fmt: skip

    texts: ClassVar[Mapping[str, Words]] = {
        "rare": Words(EVERY, "{percent} of them are of one class: give the rare classes more examples."),
        "one": Words(
            EVERY, "Check that the labels belong to the inputs, scale the inputs, and try other first weights or a lower learning rate."
        ),
    }

    batches: int = hp(default=5, help="Batches at the least in which no other class was predicted", minimum=1, maximum=1000)
    examples: int = hp(default=100, help="Examples at the least", minimum=2)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        data = look.trainer.data.info
        if not data.task.has_classes or look.outputs.ndim != 2 or look.targets.shape not in (look.outputs.shape, look.outputs.shape[:1]):
            return []
        rows: deque[tuple[np.ndarray, np.ndarray]] = memory.setdefault("rows", deque(maxlen=max(self.batches, 100)))
        threshold = look.trainer.experiment.loss.threshold
        predicted = _classes(look.outputs[:256], threshold)
        known = int(predicted[0])
        if (predicted != known).any():
            rows.clear()
            return []
        if rows and rows[-1][0][0] != known:
            rows.clear()
        rows.append((predicted, _classes(look.targets[:256], 0.5)))
        while len(rows) > self.batches and sum(len(p) for p, _ in rows) - len(rows[0][0]) >= self.examples:
            rows.popleft()
        if len(rows) < self.batches or sum(len(p) for p, _ in rows) < self.examples:
            return []
        predicted, truth = (np.concatenate(part) for part in zip(*rows, strict=True))
        counts = np.bincount(truth)
        if np.count_nonzero(counts) < 2:
            return []
        most = counts.max() / len(truth)
        key = "rare" if most > 0.8 else "one"
        node = look.trainer.network.output
        return [self.finding(key, node, count=len(predicted), name=data.class_names[known], percent=percent(most))]


def _classes(values: np.ndarray, threshold: float) -> np.ndarray:
    """Class indices from such, from one value an example, or from one a class."""
    if values.ndim == 1:
        return values
    return (values[:, 0] > threshold).astype(np.int64) if values.shape[1] == 1 else values.argmax(axis=1)
