"""Text files of numbers, one example a line, values parted by commas; lines that start with # are remarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vitrine.core.errors import DataError
from vitrine.core.spec import hp
from vitrine.datasets.folders import VARIABLE, find, is_file, place, read_bytes, user_folder

FOLDER = "lecture"
LARGEST = 64 * 2**20  # bytes: larger tables are not read line by line


def file_field(file: str) -> Any:
    """The field that says where `file` lies."""
    help_text = f"{file}, or the folder it lies in; empty: the folder {FOLDER} of your data"
    return hp(default=None, help=help_text, kind="path", optional=True)


def locate(file: str, chosen: str | None) -> Path:
    """The chosen file, or `file` in the chosen folder, in VITRINE_DATA or in the user's data folder. Raises DataError."""
    if chosen and is_file(place(chosen)):
        return place(chosen)
    advice = f"choose the file, or put it in {user_folder() / FOLDER} or in the folder {FOLDER} of {VARIABLE}"
    return find([file], FOLDER, chosen, advice)


def read_numbers(path: Path, columns: int) -> np.ndarray:
    """The file's numbers, float64 (rows, columns). Raises DataError naming the line that is wrong."""
    try:
        text = read_bytes(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no text file: byte {error.start + 1} is not UTF-8") from error
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            rows.append(_row(path, number, line, columns))
    if not rows:
        raise DataError(f"{path} holds no numbers")
    return np.array(rows)


def _row(path: Path, number: int, line: str, columns: int) -> list[float]:
    parts = line.split(",")
    if len(parts) != columns:
        raise DataError(f"{path}, line {number}: {columns} values parted by commas are expected, there are {len(parts)}")
    try:
        return [float(part) for part in parts]
    except ValueError as error:
        wrong = next(part.strip() for part in parts if not _is_number(part))
        raise DataError(f"{path}, line {number}: {wrong!r} is not a number") from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
