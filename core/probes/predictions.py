"""Some examples, what they are and what the network takes them for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.metrics.base import predicted_classes
from vitrine.core.network.analysis import Analysis
from vitrine.core.pictures import tracing
from vitrine.core.probes.base import LIGHT, Probe, View
from vitrine.core.probes.evaluated import evaluated
from vitrine.core.spec import hp


@dataclass(frozen=True, eq=False)
class Examples:
    """n examples: rows (n,) their places in the part, x float32 (n, ...), pictures (n, h, w) or None for vectors, targets
    y (n, ...), outputs float32 (n, k), probabilities or values. predicted: classes (n,), None in a regression.
    output_pictures (n, h, w): what the network makes, where the targets are pictures."""

    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray
    outputs: np.ndarray
    pictures: np.ndarray | None
    predicted: np.ndarray | None
    output_pictures: np.ndarray | None

    @property
    def probabilities(self) -> np.ndarray:
        """(n, c), for classes: a single output p stands for (1 - p, p)."""
        return np.concatenate([1 - self.outputs, self.outputs], axis=1) if self.outputs.shape[1] == 1 else self.outputs

    @property
    def errors(self) -> np.ndarray:
        """Output - target, for values: float64 (n, k)."""
        return self.outputs - self.y.reshape(len(self.y), -1).astype(np.float64)

    @property
    def distances(self) -> np.ndarray:
        """sqrt(mean((output - target)^2)) of each example, for values: (n,)."""
        return np.asarray(np.sqrt(np.mean(np.square(self.errors), axis=1)))


@dataclass(frozen=True, eq=False)
class PredictionsAnswer:
    """`examples` from the `start`-th on of `total` that there are to page through, None without any. seen: examples that
    were looked at for mistakes, and `step`, when."""

    split: str
    only_mistakes: bool
    true: int
    taken_for: int
    start: int
    total: int
    seen: int
    step: int
    examples: Examples | None


class Predictions(Probe[PredictionsAnswer]):
    """`count` examples of a part from the `start`-th on, counted among the mistakes if only those are asked for, or
    among those of class `true` that are taken for class `taken_for`."""

    interval: ClassVar[float] = 0.15
    rank: ClassVar[int] = 40

    split: str = hp(default="validation", help="Which part of the data", choices=("train", "validation", "test"))
    start: int = hp(default=0, help="First example shown", minimum=0)
    count: int = hp(default=12, help="Examples shown", minimum=1, maximum=200)
    only_mistakes: bool = hp(default=False, help="Show only what the network gets wrong")
    true: int = hp(default=-1, help="Show only examples of this class; -1: of any", minimum=-1)
    taken_for: int = hp(default=-1, help="Show only what is taken for this class; -1: for any", minimum=-1)

    @property
    def _chooses(self) -> bool:
        """Whether all examples must be looked at to find those that are asked for."""
        return self.only_mistakes or self.true >= 0 or self.taken_for >= 0

    def is_heavy(self, analysis: Analysis, data: TrainingData) -> bool:
        count = len(data.split(self.split)[0]) if self._chooses else self.count
        return analysis.total_multiply_adds * count > LIGHT

    def __call__(self, view: View) -> PredictionsAnswer:
        x, y = view.data.split(self.split)
        asked = (self.split, self.only_mistakes, self.true, self.taken_for)
        if not len(x):
            return PredictionsAnswer(*asked, start=0, total=0, seen=0, step=view.step, examples=None)
        classes = view.data.info.task.has_classes
        step, seen = view.step, len(x)
        chosen = classes and self._chooses
        if chosen:
            step, known = evaluated(view, self.split)
            seen = len(known)
            candidates = self._candidates(y[:seen], predicted_classes(known))
        else:
            candidates = np.arange(len(x))
        total = len(candidates)
        start = min(self.start, max(0, total - 1)) // self.count * self.count
        if not total:
            return PredictionsAnswer(*asked, start=start, total=0, seen=seen, step=step, examples=None)
        rows = candidates[start : start + self.count]
        outputs = known[rows] if chosen else view.network.predict(x[rows])
        examples = Examples(
            rows=rows, x=np.array(x[rows], np.float32), y=np.array(y[rows]),
            outputs=np.array(outputs, np.float32).reshape(len(rows), int(np.prod(outputs.shape[1:]))),
            pictures=_pictures(x[rows]),
            predicted=predicted_classes(outputs) if classes else None,
            output_pictures=None if classes or outputs.ndim < 3 else _pictures(outputs),
        )  # fmt: skip
        return PredictionsAnswer(*asked, start=start, total=total, seen=seen, step=step, examples=examples)

    def _candidates(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        fits = predicted != y if self.only_mistakes else np.ones(len(y), bool)
        if self.true >= 0:
            fits &= y == self.true
        if self.taken_for >= 0:
            fits &= predicted == self.taken_for
        return np.flatnonzero(fits)


def _pictures(values: np.ndarray) -> np.ndarray | None:
    """Images or sequences (n, ...) as pictures (n, h, w); None for vectors."""
    found = [picture for one in values if (picture := tracing.picture_of(one)) is not None]
    return np.stack(found) if found else None
