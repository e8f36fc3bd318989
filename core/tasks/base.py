"""What a task is: what is to be learnt from examples, and so which losses, metrics, outputs and views fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

import numpy as np

from vitrine.core.errors import SpecError
from vitrine.core.spec import Registry, Spec

CLASSES, VALUES = "classes", "values"


class Goal(Protocol):
    """What a task needs to know of the data. `vitrine.core.data.DataInfo` says it."""

    @property
    def input_shape(self) -> tuple[int, ...]: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def target_shape(self) -> tuple[int, ...]: ...


class Task(Spec, abstract=True):
    """Targets y of one of two forms, and what follows from that.

    targets: "classes", an index an example, int64 (N,); or "values", float32 (N, *target_shape). Losses and metrics say which forms they
    take. key: how datasets name the task. metric: type of the metric that every run records. error_name: what studies compare.
    """

    registry: ClassVar[Registry[Task]] = Registry("task")
    key: ClassVar[str] = ""
    targets: ClassVar[str] = VALUES
    metric: ClassVar[str] = ""
    error_name: ClassVar[str] = ""
    head: ClassVar[str] = "Dense"  # type of the layer that a remedy appends to give outputs of the right number

    @staticmethod
    def named(task: Task | str) -> Task:
        """The task of that key; a task is itself. Raises SpecError naming the known ones."""
        if isinstance(task, Task):
            return task
        for kind in Task.registry:
            if kind.key == task:
                return kind()
        raise SpecError(f"there is no task named {task!r}; known are {', '.join(kind.key for kind in Task.registry)}")

    @property
    def has_classes(self) -> bool:
        """Whether every example is of one class."""
        return self.targets == CLASSES

    def fits(self, forms: tuple[str, ...]) -> bool:
        """Whether what takes targets of these forms can be used."""
        return self.targets in forms

    def dtype(self) -> np.dtype:
        """Type of the targets: int64 class indices, or float32 values."""
        return np.dtype(np.int64 if self.has_classes else np.float32)

    # outputs and targets
    def output_shape(self, goal: Goal) -> tuple[int, ...]:
        """The shape of an example's output, unless the loss has a view of its own."""
        raise NotImplementedError(type(self).__name__)

    def encode(self, y: np.ndarray, goal: Goal) -> np.ndarray:
        """Targets as numbers of the output's shape, float32 (N, *output_shape)."""
        raise NotImplementedError(type(self).__name__)

    # words
    def class_names(self, goal: Goal) -> tuple[str, ...]:
        """The names of the classes, none where there are none."""
        return tuple(goal.class_names) if self.has_classes else ()

    def demand(self, goal: Goal) -> str:
        """What asks for outputs of a shape: "10 classes"."""
        raise NotImplementedError(type(self).__name__)

    def describe(self, goal: Goal) -> str:
        """What is learnt, in a line: "10 classes: zero, one, …"."""
        raise NotImplementedError(type(self).__name__)

    def say(self, target: np.ndarray, goal: Goal) -> str:
        """An example's target in words."""
        raise NotImplementedError(type(self).__name__)

    # errors, as studies compare them
    def error(self, values: Mapping[str, float], part: str) -> float:
        """The error of a part from its metrics: {"test_accuracy": 0.9} gives 0.1."""
        raise NotImplementedError(type(self).__name__)

    def guess_error(self, targets: np.ndarray, judged: np.ndarray) -> float:
        """The error on `judged` if always the best constant answer to `targets` is given."""
        raise NotImplementedError(type(self).__name__)

    def share_of_guess(self, error: float, guess: float) -> float:
        """The share of what a guess leaves wrong that is still wrong."""
        return error / guess if guess > 0 else (0.0 if error == 0 else 1.0)

    def error_variance(self, error: float, count: int) -> float:
        """The variance of an error measured on `count` examples; 0 where it is not known."""
        return 0.0
