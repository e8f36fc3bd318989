"""Where files of data are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from vitrine.core.errors import DataError, shown

VARIABLE = "VITRINE_DATA"


def user_folder() -> Path:
    """The user's own data folder for Vitrine; it need not exist."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("vitrine", appauthor=False))


def place(text: str) -> Path:
    """The path that a person wrote: ~ is their home."""
    return Path(os.path.expanduser(text))


def is_file(path: Path) -> bool:
    """Whether a file is there. Raises DataError where that can't be found out (no permission, a name too long)."""
    try:
        return path.is_file()
    except OSError as error:
        raise DataError(f"{shown(str(path), 200)} can't be looked for: {error.strerror or error}") from error


def candidates(name: str, chosen: str | None) -> list[Path]:
    """Folders that may hold the data called `name`, the best first: the chosen one, else VITRINE_DATA, else the user's."""
    roots = []
    if chosen:
        roots.append(place(chosen))
    else:
        if os.environ.get(VARIABLE):
            roots.append(place(os.environ[VARIABLE]))
        roots.append(user_folder())
    return [folder for root in roots for folder in (root / name, root)]


def find(files: list[str], name: str, chosen: str | None, advice: str, more: str = "") -> Path:
    """The first existing file of these names. Raises DataError saying what to do (`advice`), where it was looked for, and `more`."""
    folders = candidates(name, chosen)
    for folder in folders:
        for file in files:
            if is_file(folder / file):
                return folder / file
    looked = " and in ".join(str(folder) for folder in dict.fromkeys(folders[::2]))
    raise DataError(f"{files[0]} is not there: {advice} (looked in {looked}){more}")


def read_bytes(path: Path, most: int) -> bytes:
    """The file's content. Raises DataError saying why it can't be read, or that it holds more than `most` bytes."""
    try:
        with open(path, "rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise DataError(f"{path} is too large for this data: {path.stat().st_size:,} bytes, at most {most:,} are read")
        return data
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error
