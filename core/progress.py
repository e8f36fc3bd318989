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

    def lowest(self, name: str, stop: int) -> float:
        """The least finite value among the first `stop` rows, infinity without one; cheap while `stop` grows."""


class Record(Protocol):
    """The record of a run: one row a batch, one row an epoch, and (step, text) where it was changed by hand."""

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
