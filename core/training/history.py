"""The record of a run: append-only columns, by step and by epoch; nothing is thinned out or lost.

The training thread appends, any other thread may read: a row is counted only once it is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from vitrine.core import machine
from vitrine.core.errors import shown
from vitrine.core.training.parts.columns import Column, Frozen, Rows, Stored

LONGEST_NAME = 200
MOST_FOR_SPEED = 8192  # rows that the speed is read off: it is wanted with every frame
STEP_COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "seconds")


class Table:
    """Columns of equal length; a column that first appears later is NaN before."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.count = 0
        self._lowest: dict[str, tuple[int, int, float]] = {}  # by column: of which rows, and the least value

    def append(self, values: dict[str, float]) -> None:
        """Append a row; what a row lacks is NaN, and a new name begins with NaNs."""
        for name in values:
            if name not in self.columns:
                self.columns[name] = Column(np.full(self.count, np.nan))
        for name, column in self.columns.items():
            column.append(values.get(name, np.nan))
        self.count += 1

    def column(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Rows from `start` (negative: from the end) to `stop`, at the cost of what is read; empty for a column that is not there."""
        column = self.columns.get(name)
        return column.values(start, self.count if stop is None else min(stop, self.count)) if column is not None else np.empty(0)

    def last(self, name: str, missing: float = float("nan")) -> float:
        """The latest value, `missing` without one."""
        values = self.column(name, -1)
        return float(values[0]) if len(values) else missing

    def lowest(self, name: str, start: int, stop: int) -> float:
        """The least finite value of the rows from `start` to `stop`, infinity without one; rows are read once while `stop` grows."""
        first, count, least = self._lowest.get(name, (start, start, float("inf")))
        if stop < count or start != first:
            count, least = start, float("inf")
        new = self.column(name, count, stop)
        finite = new[np.isfinite(new)]
        least = min(least, float(finite.min())) if len(finite) else least
        self._lowest[name] = start, stop, least
        return least

    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self.columns)


class Start(NamedTuple):
    """Rows before the first whose losses compare with the present ones."""

    steps: int
    epochs: int


BEGINNING = Start(0, 0)


class RunHistory:
    """`steps`: one row a batch (STEP_COLUMNS). `epochs`: one row an epoch (`epoch`, `step`, `train_loss`,
    `validation_loss`, the metrics by split, …). `marks`: (step, text) where the run was changed by hand. `starts`: where it became
    one of another loss or network, so that losses before and after don't compare."""

    def __init__(self) -> None:
        self.steps = Table()
        self.epochs = Table()
        self.marks: list[tuple[int, str]] = []
        self.starts: list[Start] = []
        self.steps.columns.update({name: Column() for name in STEP_COLUMNS})
        self._rows = Rows([self.steps.columns[name] for name in STEP_COLUMNS])

    def add_step(self, step: int, epoch: int, loss: float, accuracy: float, learning_rate: float, seconds: float) -> None:
        """One row for one batch; `accuracy` is NaN where it was not measured, `seconds` counts from the run's start."""
        self._rows.append(step, epoch, loss, accuracy, learning_rate, seconds)
        self.steps.count += 1

    def add_epoch(self, values: dict[str, float]) -> None:
        """Append an epoch's values."""
        self.epochs.append(values)

    def mark(self, step: int, text: str) -> None:
        """Note what happened at a step."""
        self.marks.append((step, text))

    @property
    def start(self) -> Start:
        """From where on losses compare with the present ones."""
        return self.starts[-1] if self.starts else BEGINNING

    def start_anew(self) -> None:
        """Losses from here on compare with none before."""
        start = Start(self.steps.count, self.epochs.count)
        if start != self.start:
            self.starts.append(start)

    def last_loss(self) -> float | None:
        """The latest batch's loss, or None before the first."""
        return self.steps.last("loss") if self.steps.count else None

    def steps_per_second(self, window: float = 2.0) -> float:
        """Speed over the last `window` seconds of training, without pauses, or over the last 8,192 steps, where these took less;
        0 before two steps."""
        rows = 1024
        seconds = self.steps.column("seconds", -rows)
        while rows < min(self.steps.count, MOST_FOR_SPEED) and seconds[0] > seconds[-1] - window:
            rows *= 2
            seconds = self.steps.column("seconds", -rows)
        if len(seconds) < 2:
            return 0.0
        first = min(int(np.searchsorted(seconds, seconds[-1] - window)), len(seconds) - 2)
        elapsed = float(seconds[-1] - seconds[first])
        return (len(seconds) - 1 - first) / elapsed if elapsed > 0 else 0.0

    def steps_left(self, epochs: int, per_epoch: int) -> int:
        """(epochs - done) per_epoch - those made of the present epoch: earlier epochs may have had batches of another size."""
        made = min(per_epoch, int(self.steps.last("step", 0.0) - self.epochs.last("step", 0.0)))
        return max(0, (epochs - int(self.epochs.last("epoch", 0.0))) * per_epoch - made)

    def epoch_of(self, step: int) -> int:
        """The epoch, counted from 1, that a step belongs to."""
        before = int(np.searchsorted(self.epochs.column("step"), step))
        return int(self.epochs.column("epoch", before - 1, before)[0]) + 1 if before else 1

    def frozen(self) -> dict[str, Frozen]:
        """All columns by `table/name` as they are for ever, no row copied; in the thread that appends."""
        tables = (("steps", self.steps), ("epochs", self.epochs))
        return {f"{of}/{name}": column.frozen() for of, table in tables for name, column in table.columns.items()}

    @classmethod
    def of(cls, columns: Mapping[str, Stored], marks: Iterable[Any] | None = None, starts: Iterable[Start] = ()) -> RunHistory:
        """A history that goes on from `frozen` columns, or from plain arrays. Raises ValueError where one is missing or
        damaged, or their lengths differ."""
        for key, stored in columns.items():
            if isinstance(stored, np.ndarray) and (stored.ndim != 1 or stored.dtype.kind not in "fiu"):
                raise ValueError(f"the column {shown(key)} of the history is no list of numbers")
            if len(key) > LONGEST_NAME or (key.startswith("steps/") and key[6:] not in STEP_COLUMNS):
                raise ValueError(f"the history has a column {shown(key)}")
        if any(f"steps/{name}" not in columns for name in STEP_COLUMNS):
            raise ValueError("the history lacks a column")
        rows, there = sum(map(len, columns.values())), machine.memory()
        if there is not None and 8 * rows > there:  # what it takes to draw them: equal rows take next to nothing in a file
            raise ValueError(f"the history claims {rows:,} numbers, more than this machine holds")
        history = cls()
        for of, table in (("steps", history.steps), ("epochs", history.epochs)):
            for key, stored in columns.items():
                if key.startswith(of + "/"):
                    frozen = stored if isinstance(stored, Frozen) else Frozen.unpacked(stored)
                    table.columns[key[len(of) + 1 :]] = Column.of(frozen)
            lengths = {column.count for column in table.columns.values()}
            if len(lengths) > 1:
                raise ValueError(f"columns of unequal length in the history of {of}")
            table.count = lengths.pop() if lengths else 0
        history._rows = Rows([history.steps.columns[name] for name in STEP_COLUMNS])
        history.marks = [(int(step), str(text)) for step, text in marks or []]
        history.starts = list(starts)
        for before, start in itertools.pairwise([BEGINNING, *history.starts, Start(history.steps.count, history.epochs.count)]):
            if start.steps < before.steps or start.epochs < before.epochs:
                raise ValueError(f"the history starts anew at {shown(start)}")
        return history
