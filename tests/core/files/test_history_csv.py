"""The record as a spreadsheet reads it."""

from __future__ import annotations

import csv
import errno
import os
from pathlib import Path

import numpy as np
import pytest

from vitrine.core.errors import FileError
from vitrine.core.files.history_csv import write_csv
from vitrine.core.training.history import RunHistory


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_number_comes_back_from_the_text(tmp_path: Path) -> None:
    """A loss beyond the range ended the export with an OverflowError."""
    history = RunHistory()
    values = [1.0, np.inf, -np.inf, np.nan, -0.0, 1e300, 5e-324, 2.0**53 + 2, 0.1, 1 / 3]
    for step, value in enumerate(values, 1):
        history.add_step(step, 0, value, np.nan, 0.1, step / 7)
    history.add_epoch({"epoch": 1.0, "step": 10.0, "train_loss": 0.5, "validation_loss": np.inf})
    by_step, by_epoch = write_csv(history, tmp_path / "run.csv")
    rows = read(by_step)
    np.testing.assert_array_equal([float(row["loss"] or "nan") for row in rows], values)
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 11)] and {row["epoch"] for row in rows} == {"1"}
    assert [float(row["seconds"]) for row in rows] == [step / 7 for step in range(1, 11)]
    assert [row["validation_loss"] for row in read(by_epoch)] == ["inf"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = RunHistory()
    history.add_step(1, 0, 0.5, np.nan, 0.1, 0.1)
    (tmp_path / "run.csv").write_text("of an earlier run")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="No space left on device"):
        write_csv(history, tmp_path / "run.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]
    assert (tmp_path / "run.csv").read_text() == "of an earlier run"
