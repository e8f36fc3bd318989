"""Some examples, what they are and what the network takes them for."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core import tracing
from core.metrics.base import predicted_classes
from core.probes.base import Probe, View
from core.probes.evaluated import evaluated
from core.spec import hp


class Predictions(Probe):
    """`count` examples of a split from the `start`-th on, counted among the mistakes if only those are asked for.

    x: float32 (n, ...), pictures (n, h, w) or None, y, outputs: probabilities or values (n, k), predicted: classes
    (n,) or None in a regression, output_pictures where the targets are pictures, rows: their places in the split. total: how many there are to page through.
    seen: examples that were looked at for mistakes, and `step`, when.
    """

    interval: ClassVar[float] = 0.15
    rank: ClassVar[int] = 40

    split: str = hp("validation", "Which part of the data", choices=("train", "validation", "test"))
    start: int = hp(0, "First example shown", minimum=0)
    count: int = hp(12, "Examples shown", minimum=1, maximum=200)
    only_mistakes: bool = hp(False, "Show only what the network gets wrong")

    def __call__(self, view: View) -> dict[str, Any]:
        x, y = view.data.split(self.split)
        if not len(x):
            return {"total": 0, "split": self.split, "rows": np.empty(0, np.int64), "only_mistakes": self.only_mistakes}
        classes = view.data.info.task == "classification"
        step, seen = view.step, len(x)
        if self.only_mistakes and classes:
            step, known = evaluated(view, self.split)
            seen = len(known)
            candidates = np.flatnonzero(predicted_classes(known) != y[:seen])
        else:
            candidates = np.arange(len(x))
        total = len(candidates)
        start = min(self.start, max(0, total - 1)) // self.count * self.count
        rows = candidates[start : start + self.count]
        outputs = known[rows] if self.only_mistakes and classes else view.network.predict(x[rows])
        pictures = [tracing.picture_of(one) for one in x[rows]]  # None for vectors
        return {
            "split": self.split, "rows": rows, "start": start, "total": total, "seen": seen, "step": step,
            "only_mistakes": self.only_mistakes, "x": np.array(x[rows], np.float32), "y": np.array(y[rows]),
            "pictures": None if not pictures or pictures[0] is None else np.stack([p for p in pictures if p is not None]),
            "outputs": np.array(outputs, np.float32).reshape(len(rows), int(np.prod(outputs.shape[1:]))),
            "predicted": predicted_classes(outputs) if classes else None,
            "output_pictures": None if classes or outputs.ndim < 3 or not len(rows) else np.stack([_picture(one) for one in outputs]),
        }  # fmt: skip


def _picture(output: np.ndarray) -> np.ndarray:
    found = tracing.picture_of(output)
    assert found is not None
    return found
