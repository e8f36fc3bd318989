"""What a metric is: a number, for people, that says how good predictions are."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

import numpy as np

from vitrine.core.errors import GUEST, SpecError, shown
from vitrine.core.spec import Registry, Spec
from vitrine.core.tasks.base import CLASSES, VALUES, Task


class Metric(Spec, abstract=True):
    """`value` compares predictions (after the link: probabilities or values) with the data's own targets."""

    registry: ClassVar[Registry[Metric]] = Registry("metric")
    key: ClassVar[str] = ""  # the name in histories and results: "accuracy"
    takes: ClassVar[tuple[str, ...]] = (CLASSES,)  # the forms of targets; see Task
    higher_is_better: ClassVar[bool] = True
    percent: ClassVar[bool] = False  # shown as a percentage

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed metric raises where it can't be recorded, or has no value for some predictions."""
        super().prove()
        if not cls.key or not isinstance(cls.key, str):
            raise SpecError(f"key, its name in histories, must be text, not {shown(cls.key)}")
        for other in cls.registry:
            if other is not cls and other.key == cls.key:
                raise SpecError(f"two metrics have the key {cls.key}: {other.__name__} and {cls.__name__}")
        broke: list[BaseException] = []
        trials = _trials(cls.takes)
        for predictions, y in trials:
            try:
                found = cls().value(predictions, y)
            except GUEST as error:
                broke.append(error)
                continue
            if not isinstance(found, Real) or not np.isfinite(float(found)):
                raise SpecError(f"its value must be a finite number, not {shown(found)}")
        if broke and len(broke) == len(trials):  # one that refuses three classes still serves two; a run drops it where it breaks
            raise broke[0]

    @property
    def variant(self) -> str:
        """Settings other than the default ones, in words: ", k = 5"; else empty."""
        return "".join(f", {f.name} = {getattr(self, f.name)}" for f in self.fields() if getattr(self, f.name) != f.default)

    @property
    def column(self) -> str:
        """Under what it is recorded, after the part's name: its key and its variant, as two of one type may be two measures."""
        return self.key + self.variant

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        """predictions (N, K) or (N, 1), y int64 (N,) class indices; or float arrays of one shape."""
        raise NotImplementedError(type(self).__name__)


def _trials(takes: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Predictions and targets of those forms: of three classes and of two, each met and missed; of values."""
    y = np.array([0, 1, 2, 0, 1, 2])
    three = np.array([[8, 1, 1], [2, 6, 2], [1, 2, 7], [3, 4, 3], [5, 3, 2], [2, 2, 6]], np.float32) / 10
    two = np.array([[0.1], [0.9], [0.7], [0.6], [0.4], [0.2]], np.float32)
    values = np.array([[0.5], [-1.0], [2.0], [0.0], [1.5], [1.0]], np.float32)
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {CLASSES: [(three, y), (two, y % 2)], VALUES: [(two, values)]}
    return [trial for form in takes for trial in found.get(form, [])]


def predicted_classes(predictions: np.ndarray) -> np.ndarray:
    """Class indices from probabilities (N, K), or from one probability a row (N, 1) at one half."""
    if predictions.shape[-1] == 1:
        return np.asarray(predictions[..., 0] > 0.5, np.int64)
    return np.asarray(predictions.argmax(axis=-1))


def answered(predictions: np.ndarray) -> np.ndarray:
    """Which rows are answers: NaN is none, whatever class `predicted_classes` gives for it."""
    return np.asarray(~np.isnan(predictions).any(axis=-1))


def metric_of(column: str) -> tuple[type[Metric] | None, str]:
    """The type of metric that a column holds, None if there is none such, and its variant."""
    key, comma, settings = column.partition(", ")
    return next((m for m in Metric.registry if m.key == key), None), comma + settings


def default_metrics(task: Task, every: bool = False) -> list[Metric]:
    """The metrics that every run of such a task records, the task's own first; `every`: all that fit."""
    first = Metric.registry.get(task.metric)()
    return [first] + [cls() for cls in Metric.registry if every and task.fits(cls.takes) and not isinstance(first, cls)]
