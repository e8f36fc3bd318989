"""The experiments that come with the app: one JSON file each in the folder `examples`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from vitrine.core.errors import FileError

FOLDER = Path(__file__).resolve().parents[2] / "examples"
LAST = 1_000


@dataclass(frozen=True)
class Example:
    """What a menu shows of an example; `vitrine.core.files.project.load_project(path)` opens it. Ordered by topic, then rank."""

    name: str  # the file's: "digits_cnn"
    path: Path
    title: str
    topic: str
    description: str
    dataset: str  # the dataset's type name
    rank: int = LAST


def examples(folder: Path = FOLDER) -> list[Example]:
    """All examples; topics in the order of their first example, examples by rank. Unreadable files are left out."""
    found = [example for path in folder.glob("*.json") if (example := _read(path)) is not None]
    found.sort(key=lambda e: (e.rank, e.name))
    topics = list(dict.fromkeys(e.topic for e in found))
    return sorted(found, key=lambda e: topics.index(e.topic))


def find(name: str) -> Path:
    """The file of the example of that name. Raises FileError where there is none."""
    path = FOLDER / f"{name.removesuffix('.json')}.json"
    if Path(name).name != name or not os.path.isfile(path):  # which is no error for a name that is too long
        raise FileError(f"{name}: there is no such file, nor an example of that name")
    return path


def _read(path: Path) -> Example | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        dataset = data["dataset"]
        return Example(
            name=path.stem,
            path=path,
            title=str(data.get("name", path.stem)),
            topic=str(data.get("topic", "More")),
            description=str(data.get("description", "")),
            dataset=str(dataset if isinstance(dataset, str) else dataset["type"]),
            rank=int(data.get("rank", LAST)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
