"""Where files of data are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import DataError

VARIABLE = "VITRINE_DATA"


def user_folder() -> Path:
    """The user's own data folder for Vitrine; it need not exist."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("vitrine", appauthor=False))


def candidates(name: str, chosen: str | None) -> list[Path]:
    """Folders that may hold the data called `name`, the best first: the chosen one, else VITRINE_DATA, else the user's."""
    roots = []
    if chosen:
        roots.append(Path(chosen).expanduser())
    else:
        if os.environ.get(VARIABLE):
            roots.append(Path(os.environ[VARIABLE]).expanduser())
        roots.append(user_folder())
    return [folder for root in roots for folder in (root / name, root)]


def find(files: list[str], name: str, chosen: str | None, advice: str) -> Path:
    """The first existing file of these names. Raises DataError saying where it was looked for and what to do (`advice`)."""
    folders = candidates(name, chosen)
    for folder in folders:
        for file in files:
            if (folder / file).is_file():
                return folder / file
    looked = " and in ".join(str(folder) for folder in dict.fromkeys(folders[::2]))
    raise DataError(f"{files[0]} is not there (looked in {looked}); {advice}")


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises DataError saying why it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error
