"""What a dataset is: a small specification that can describe itself at once and load its arrays when asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from vitrine.core.errors import DataError, shown
from vitrine.core.spec import Field, Registry, Spec
from vitrine.core.tasks.base import CLASSES, Task

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


ELEMENTS = ("image", "table", "sequence", "points")
SHAPES = ("input_shape", "target_shape")
NAMES = ("class_names", "feature_names", "target_names", "label_names")


def described(source: DatasetSpec) -> Info:
    """What the source says of itself, checked: all that show it and train on it take it for what `Info` declares.

    Raises DataError naming the entry that can't be so, beside what `describe` raises.
    """
    info: object = source.describe()
    if not isinstance(info, Info):
        raise DataError(f"{source.title} can't be described: its description must be an Info, not {shown(info)}")
    wrong = _wrong(info)
    if wrong:
        raise DataError(f"{source.title} can't be described: {wrong}")
    tuples: dict[str, Any] = {name: tuple(getattr(info, name)) for name in (*SHAPES, *NAMES)}
    return replace(info, **tuples)


def _wrong(info: Info) -> str:
    """Which entry is not what it is declared to be; "" where all are."""
    for name in ("name", "element", "source"):
        if not isinstance(getattr(info, name), str):
            return f"its {name} must be text, not {shown(getattr(info, name))}"
    if info.element not in ELEMENTS:
        return f"its element must be one of {', '.join(ELEMENTS)}, not {shown(info.element)}"
    for name in SHAPES:
        sizes = getattr(info, name)
        if not isinstance(sizes, tuple | list) or not all(_is_whole(size) and size > 0 for size in sizes):
            return f"its {name} must be whole numbers of at least 1, not {shown(sizes)}"
    if info.element == "image" and len(info.input_shape) not in (2, 3):
        return f"an image has height, width and channels; its input_shape is {shown(info.input_shape)}"
    for name in NAMES:
        names = getattr(info, name)
        if not isinstance(names, tuple | list) or not all(isinstance(one, str) for one in names):
            return f"its {name} must be texts, not {shown(names)}"
    if info.reconstructs and (info.task.targets == CLASSES or tuple(info.target_shape) != tuple(info.input_shape)):
        return "what it reconstructs are its inputs: the task must be one of values, and target_shape the input_shape"
    if not _is_whole(info.count) or info.count < 0:
        return f"its count must be a whole number, not {shown(info.count)}"
    return ""


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


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
