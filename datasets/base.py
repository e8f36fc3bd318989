"""What a dataset is: a small specification that can describe itself at once and load its arrays when asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from vitrine.core.spec import Field, Registry, Spec
from vitrine.core.tasks.base import Task

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Info:
    """What can be said before loading. element: "image", "table", "sequence" or "points". Of the task its name will do."""

    name: str
    element: str
    input_shape: tuple[int, ...]
    task: Task
    class_names: tuple[str, ...] = ()
    target_shape: tuple[int, ...] = ()  # of one example's target, in a regression
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    count: int = 0  # examples in all, where known
    source: str = ""  # where the data comes from, in a sentence
    reconstructs: bool = False  # the target is the preprocessed input itself; `Raw.y` then holds labels, for display only
    label_names: tuple[str, ...] = ()  # what those labels mean

    def __post_init__(self) -> None:
        object.__setattr__(self, "task", Task.named(self.task))

    @property
    def labels(self) -> tuple[str, ...]:
        """What the whole numbers of `Raw.y` stand for: classes to be learnt, or labels for display; none where it holds other numbers."""
        return self.label_names if self.reconstructs else self.task.class_names(self)


@dataclass(frozen=True)
class Raw:
    """All examples as the source has them: x (N, *input_shape) of any number type, y class indices or numbers."""

    x: np.ndarray
    y: np.ndarray
    test_rows: np.ndarray | None = None  # rows the source itself sets aside for testing
    ordered: bool = False  # a time series: parts are taken in order, the latest rows last
    notes: tuple[str, ...] = ()  # what was done to the source, in words


class DatasetSpec(Spec, abstract=True):
    """One source of data. `describe` answers at once and without reading large files; `load` may take its time."""

    registry: ClassVar[Registry[DatasetSpec]] = Registry("dataset")

    @classmethod
    def path_field(cls) -> Field | None:
        """The field that names a file or folder; None where the data comes with the app."""
        return next((field for field in cls.fields() if field.kind == "path"), None)

    def describe(self) -> Info:
        """Raises DataError where the source can't even be described (a missing file, a broken header)."""
        raise NotImplementedError(type(self).__name__)

    def load(self) -> Raw:
        """Raises DataError saying which file, what is wrong and what to do."""
        raise NotImplementedError(type(self).__name__)


@dataclass(frozen=True)
class Dataset:
    """Split and preprocessed examples, ready for training; also keeps what the preprocessing did, in words."""

    info: Info
    parts: dict[str, tuple[np.ndarray, np.ndarray]]
    rows: dict[str, np.ndarray]  # which row of the source each example is
    preprocessing: str = ""  # "scaled to 0-1 (minimum 0, maximum 255, from the training part)"
    transform: Any = None  # the fitted preprocessing; `transform.inverse(x)` gives source values for display
    notes: tuple[str, ...] = field(default=())
    labels: dict[str, np.ndarray] = field(default_factory=dict)  # class of each example by part, where it is not the target

    def split(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets of a part: train, validation or test."""
        return self.parts[name]

    def counts(self) -> dict[str, int]:
        """Number of examples of each part."""
        return {name: len(self.parts[name][0]) for name in SPLITS}
