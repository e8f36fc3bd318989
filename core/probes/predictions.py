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
    """`count` examples of a split from the `start`-th on, counted among the mistakes if only those are asked for, or
    among those of class `true` that are taken for class `taken_for`.

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
    true: int = hp(-1, "Show only examples of this class; -1: of any", minimum=-1)
    taken_for: int = hp(-1, "Show only what is taken for this class; -1: for any", minimum=-1)

    def __call__(self, view: View) -> dict[str, Any]:
        x, y = view.data.split(self.split)
        asked = {"split": self.split, "only_mistakes": self.only_mistakes, "true": self.true, "taken_for": self.taken_for}
        if not len(x):
            return {**asked, "total": 0, "rows": np.empty(0, np.int64)}
        classes = view.data.info.task == "classification"
        step, seen = view.step, len(x)
        chosen = classes and (self.only_mistakes or self.true >= 0 or self.taken_for >= 0)
        if chosen:
            step, known = evaluated(view, self.split)
            seen = len(known)
            candidates = self._candidates(y[:seen], predicted_classes(known))
        else:
            candidates = np.arange(len(x))
        total = len(candidates)
        start = min(self.start, max(0, total - 1)) // self.count * self.count
        rows = candidates[start : start + self.count]
        outputs = known[rows] if chosen else view.network.predict(x[rows])
        pictures = [tracing.picture_of(one) for one in x[rows]]  # None for vectors
        return {
            **asked, "rows": rows, "start": start, "total": total, "seen": seen, "step": step,
            "x": np.array(x[rows], np.float32), "y": np.array(y[rows]),
            "pictures": None if not pictures or pictures[0] is None else np.stack([p for p in pictures if p is not None]),
            "outputs": np.array(outputs, np.float32).reshape(len(rows), int(np.prod(outputs.shape[1:]))),
            "predicted": predicted_classes(outputs) if classes else None,
            "output_pictures": None if classes or outputs.ndim < 3 or not len(rows) else np.stack([_picture(one) for one in outputs]),
        }  # fmt: skip

    def _candidates(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        fits = predicted != y if self.only_mistakes else np.ones(len(y), bool)
        if self.true >= 0:
            fits &= y == self.true
        if self.taken_for >= 0:
            fits &= predicted == self.taken_for
        return np.flatnonzero(fits)


def _picture(output: np.ndarray) -> np.ndarray:
    found = tracing.picture_of(output)
    assert found is not None
    return found
