"""The record of a run: append-only columns, by step and by epoch; nothing is thinned out or lost.

The training thread appends, any other thread may read: a row is counted only once it is written, and growth
replaces the array instead of moving what readers hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

STEP_COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "seconds")


class Column:
    """A float64 column that grows by doubling."""

    __slots__ = ("_data", "count")

    def __init__(self, values: np.ndarray | None = None) -> None:
        self.count = 0
        self._data = np.empty(1024)
        if values is not None and len(values):
            self._data = np.array(values, np.float64)
            self.count = len(values)

    def append(self, value: float) -> None:
        count = self.count
        if count == len(self._data):
            grown = np.empty(2 * count + 1)
            grown[:count] = self._data
            self._data = grown
        self._data[count] = value
        self.count = count + 1

    def values(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """A read-only view of the rows written so far."""
        view = self._data[start : self.count if stop is None else stop]
        view.flags.writeable = False
        return view


class Table:
    """Columns of equal length; a column that first appears later is NaN before."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.count = 0

    def append(self, values: dict[str, float]) -> None:
        for name in values:
            if name not in self.columns:
                self.columns[name] = Column(np.full(self.count, np.nan))
        for name, column in self.columns.items():
            column.append(values.get(name, np.nan))
        self.count += 1

    def column(self, name: str, start: int = 0) -> np.ndarray:
        """Rows from `start`; empty for a column that is not there."""
        column = self.columns.get(name)
        return column.values(start, self.count) if column is not None else np.empty(0)

    def names(self) -> list[str]:
        return list(self.columns)


class RunHistory:
    """`steps`: one row a batch (STEP_COLUMNS). `epochs`: one row an epoch (`epoch`, `step`, `train_loss`,
    `validation_loss`, the metrics by split, …). `marks`: (step, text) where the run was changed by hand."""

    def __init__(self) -> None:
        self.steps = Table()
        self.epochs = Table()
        self.marks: list[tuple[int, str]] = []
        self._step_columns = []
        for name in STEP_COLUMNS:
            self.steps.columns[name] = Column()
            self._step_columns.append(self.steps.columns[name].append)

    def add_step(self, step: int, epoch: int, loss: float, accuracy: float, learning_rate: float, seconds: float) -> None:
        """One row for one batch; `accuracy` is NaN where it was not measured, `seconds` counts from the run's start."""
        for append, value in zip(self._step_columns, (step, epoch, loss, accuracy, learning_rate, seconds), strict=True):
            append(value)
        self.steps.count += 1

    def add_epoch(self, values: dict[str, float]) -> None:
        self.epochs.append(values)

    def mark(self, step: int, text: str) -> None:
        self.marks.append((step, text))

    def last_loss(self) -> float | None:
        """The latest batch's loss, or None before the first."""
        losses = self.steps.column("loss")
        return float(losses[-1]) if len(losses) else None

    def steps_per_second(self, window: float = 2.0) -> float:
        """Speed over the last `window` seconds of training, without pauses; 0 before two steps."""
        seconds = self.steps.column("seconds")
        if len(seconds) < 2:
            return 0.0
        first = min(int(np.searchsorted(seconds, seconds[-1] - window)), len(seconds) - 2)
        elapsed = float(seconds[-1] - seconds[first])
        return (len(seconds) - 1 - first) / elapsed if elapsed > 0 else 0.0

    def best_epoch(self, name: str = "validation_loss", higher: bool = False) -> int | None:
        """The row of the epoch table with the best value, or None without one."""
        values = self.epochs.column(name)
        if not len(values) or np.all(np.isnan(values)):
            return None
        return int(np.nanargmax(values) if higher else np.nanargmin(values))

    def to_arrays(self) -> dict[str, np.ndarray]:
        arrays = {f"steps/{name}": self.steps.column(name).copy() for name in self.steps.names()}
        return arrays | {f"epochs/{name}": self.epochs.column(name).copy() for name in self.epochs.names()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], marks: list[Any] | None = None) -> RunHistory:
        history = cls()
        for table_name, table in (("steps", history.steps), ("epochs", history.epochs)):
            for key, values in arrays.items():
                if key.startswith(table_name + "/"):
                    table.columns[key[len(table_name) + 1 :]] = Column(values)
                    table.count = len(values)
        history._step_columns = [history.steps.columns[name].append for name in STEP_COLUMNS]
        history.marks = [(int(step), str(text)) for step, text in marks or []]
        return history
