"""What schedules, stop rules and monitors may read of a run. `vitrine.core.training.run.Run` is one; anything of this shape will do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Columns(Protocol):
    """A growing table; a column that is not there is empty."""

    @property
    def count(self) -> int: ...
    def column(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Rows from `start` (negative: from the end) to `stop`, at the cost of what is read."""

    def last(self, name: str, missing: float = float("nan")) -> float:
        """The latest value."""

    def lowest(self, name: str, start: int, stop: int) -> float:
        """The least finite value of the rows from `start` to `stop`, infinity without one; cheap while `stop` grows."""


class Place(Protocol):
    """A place in a record: so many rows are before it."""

    @property
    def steps(self) -> int: ...
    @property
    def epochs(self) -> int: ...


class Record(Protocol):
    """The record of a run: one row a batch, one row an epoch, and (step, text) where it was changed by hand.

    starts: where the run became one of another loss or network. Losses before and after such a place don't compare; those
    after `start`, the last of them, do compare with the present ones.
    """

    @property
    def starts(self) -> Sequence[Place]: ...
    @property
    def start(self) -> Place: ...

    @property
    def marks(self) -> Sequence[tuple[int, str]]: ...
    @property
    def steps(self) -> Columns: ...
    @property
    def epochs(self) -> Columns: ...


class Progress(Protocol):
    """How far a run has come. `seconds` counts the time spent training, to the end of the last epoch."""

    @property
    def step(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def history(self) -> Record: ...


class NoColumns:
    """A table without a row."""

    count = steps = epochs = 0

    def column(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        """No row."""
        return np.empty(0)

    def last(self, name: str, missing: float = float("nan")) -> float:
        """What stands for a value that is not there."""
        return missing

    def lowest(self, name: str, start: int, stop: int) -> float:
        """Infinite: there is none."""
        return float("inf")


class NoRecord:
    """The record of a run in which nothing was learnt yet."""

    starts: Sequence[Place] = (NoColumns(),)
    start: Place = NoColumns()
    marks: Sequence[tuple[int, str]] = ()
    steps: Columns = NoColumns()
    epochs: Columns = NoColumns()


class Nothing:
    """A run in which nothing was learnt yet, to try what reads one."""

    step = epoch = 0
    seconds = 0.0
    history: Record = NoRecord()
