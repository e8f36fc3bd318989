"""A classifier with one answer for everything."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.monitors.base import Finding, Memory, Monitor, percent
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


class OneClass(Monitor):
    """argmax of the outputs is one and the same class for every example of the recent batches, whose labels differ."""

    title: ClassVar[str] = "One class predicted"
    rank: ClassVar[int] = 45
    explained_by: ClassVar[tuple[str, ...]] = (
        "ExplodingGradients", "VanishingGradients", "SaturatedUnits", "DeadUnits", "LearningRateHigh", "LearningRateLow", "Guessing",
    )  # fmt: skip

    batches: int = hp(5, "Batches at the least in which no other class was predicted", minimum=1, maximum=1000)
    examples: int = hp(100, "Examples at the least", minimum=2)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        data = look.trainer.data.info
        if data.task != "classification" or look.outputs.ndim != 2 or look.targets.shape not in (look.outputs.shape, look.outputs.shape[:1]):
            return []
        rows: deque[tuple[np.ndarray, np.ndarray]] = memory.setdefault("rows", deque(maxlen=max(self.batches, 100)))
        loss = look.trainer.experiment.loss
        rows.append((_classes(look.outputs[:256], loss.threshold), _classes(look.targets[:256], 0.5)))
        while len(rows) > self.batches and sum(len(p) for p, _ in list(rows)[1:]) >= self.examples:
            rows.popleft()
        predicted, truth = (np.concatenate(part) for part in zip(*rows, strict=True))
        if len(rows) < self.batches or len(predicted) < self.examples or np.any(predicted != predicted[0]):
            return []
        counts = np.bincount(truth)
        if np.count_nonzero(counts) < 2:
            return []
        name = data.class_names[predicted[0]]
        text = f"Every one of the last {len(predicted)} examples looked at was taken for “{name}”"
        if counts.max() > 0.8 * len(truth):
            remedy = f"{percent(counts.max() / len(truth))} of them are of one class: give the rare classes more examples."
        else:
            remedy = "Check that the labels belong to the inputs, scale the inputs, and try other first weights or a lower learning rate."
        return [Finding(text, remedy, look.trainer.network.output)]


def _classes(values: np.ndarray, threshold: float) -> np.ndarray:
    """Class indices from such, from one value an example, or from one a class."""
    if values.ndim == 1:
        return values
    return (values[:, 0] > threshold).astype(np.int64) if values.shape[1] == 1 else values.argmax(axis=1)
