"""A run's record as text that a spreadsheet reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import IO

from vitrine.core.files.atomic import write_atomically
from vitrine.core.training.history import RunHistory, Table

ROWS = 10_000  # that are taken at a time


def write_csv(history: RunHistory, path: Path) -> list[Path]:
    """Rows by step to `path`, rows by epoch beside it (`name_epochs.csv`); the paths written. Raises FileError.

    Both count epochs from 1: a step stands with the epoch that it belongs to.
    """
    targets = [(path, history.steps), (path.with_name(f"{path.stem}_epochs{path.suffix}"), history.epochs)]
    written = []
    for target, table in targets:
        if table.count:
            _write(table, target, {"epoch": 1.0} if table is history.steps else {})
            written.append(target)
    return written


def _write(table: Table, path: Path, raised: dict[str, float]) -> None:
    """`raised`: what is added to a column's values."""
    names = table.names()
    count = table.count

    def write(file: IO[bytes]) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text)
        writer.writerow(names)
        for start in range(0, count, ROWS):
            stop = min(start + ROWS, count)
            columns = [(table.column(name, start, stop) + raised.get(name, 0.0)).tolist() for name in names]
            for row in zip(*columns, strict=True):
                writer.writerow(["" if v != v else int(v) if abs(v) < 2**53 and v == int(v) else v for v in row])
        text.detach()  # which flushes it, and leaves the file open

    write_atomically(path, write)
