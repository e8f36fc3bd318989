"""One file holds a piece of work: a zip of the experiment and, once trained, the weights and the whole run.

manifest.json           {"application": "Vitrine", "format": 1}
experiment.json         `Experiment.to_json()`
run.json                counters and generators, `Checkpoint.meta`    } present once the experiment
weights.safetensors     parameters and layer states by name           } has been trained
optimizer.safetensors   the optimizer's slots                         }
history.safetensors     the columns of the run's history, each in the }
                        form of `vitrine.core.training.parts.columns` }
trained.json            the experiment that was trained, where it is no longer the one that is being edited
view.json               how the window was arranged, if it said so
"""

from __future__ import annotations

import contextlib
import json
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from vitrine.core.errors import GUEST, FileError, GraphError, SpecError, quoted, said, shown
from vitrine.core.files.arrays import read_arrays, write_arrays
from vitrine.core.files.atomic import write_atomically
from vitrine.core.files.limits import check_archive
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.continuing import change_between
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.columns import Frozen, Stored
from vitrine.core.training.trained import Trained

log = logging.getLogger(__name__)

FORMAT = 3  # 2: `trained.json`; 3: short forms in `history.safetensors`; the least is written, so that older programs read what they can
SUFFIX = ".vitrine"
LARGEST_TEXT = 8 * 2**20  # bytes; a longer text is no experiment of ours
LARGEST_ARRAYS = 4 * 2**30
TENSORS = ("weights", "optimizer", "history")
UNPACKING = 20  # times as long as reading the history takes

Report = Callable[[float], object]


@dataclass(frozen=True)
class Project:
    """What one file holds. `checkpoint` is None for an experiment that was never trained. It belongs to `trained`, if
    that is not None: the experiment was edited since, into one that perhaps can't even be trained. damage: why the
    training that lies in the file can't be read; "" where it was read, or there is none."""

    experiment: Experiment
    checkpoint: Checkpoint | None = None
    view: dict[str, Any] = field(default_factory=dict)
    trained: Experiment | None = None
    damage: str = ""

    @classmethod
    def of(cls, experiment: Experiment, known: Trained | None, view: dict[str, Any] | None = None) -> Project:
        """The experiment with the last that is known of its weights."""
        if known is None:
            return cls(experiment, view=view or {})
        same = change_between(known.experiment, experiment) == "none"
        return cls(experiment, known.checkpoint, view or {}, None if same else known.experiment)

    @property
    def known(self) -> Trained | None:
        """The weights with the experiment that they belong to."""
        return Trained(self.trained or self.experiment, self.checkpoint) if self.checkpoint is not None else None


def save_project(path: str | Path, project: Project) -> None:
    """Write the file, whole or not at all: an existing one is replaced only once the new one is safely on disk.

    Raises FileError saying why it can't be written.
    """
    write_atomically(path, lambda file: _write(file, project))


def save_experiment(path: str | Path, experiment: Experiment) -> None:
    """Write only the experiment, as readable JSON. Raises FileError."""
    text = json.dumps(experiment.to_json(), indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))


def _write(file: IO[bytes], project: Project) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _put_json(
            archive,
            "manifest",
            {"application": "Vitrine", "format": 1 if project.checkpoint is None and project.trained is None else FORMAT},
        )
        _put_json(archive, "experiment", project.experiment.to_json())
        if project.trained is not None:
            _put_json(archive, "trained", project.trained.to_json())
        if project.view:
            _put_json(archive, "view", project.view)
        checkpoint = project.checkpoint
        if checkpoint is not None:
            _put_json(archive, "run", checkpoint.meta)
            for name in TENSORS:
                arrays = {key: _stored(array) for key, array in getattr(checkpoint, name).items()}
                with archive.open(zipfile.ZipInfo(f"{name}.safetensors"), "w", force_zip64=True) as entry:
                    write_arrays(entry, arrays)


def _stored(array: Stored) -> np.ndarray:
    return array.packed() if isinstance(array, Frozen) else np.ascontiguousarray(array)


def _put_json(archive: zipfile.ZipFile, name: str, data: Any) -> None:
    text = json.dumps(data, indent=1, ensure_ascii=False)
    # half of a surrogate pair, which a foreign file may hold as "\\ud800", has no other form
    archive.writestr(f"{name}.json", text.encode("utf-8", "backslashreplace"), zipfile.ZIP_DEFLATED)


def load_project(path: str | Path, report: Report | None = None, salvage: bool = False) -> Project:
    """Read a project file, or the bare JSON of an experiment. `report` is told now and then which share is done, 0 to 1; what it
    raises ends the reading. `salvage`: where only the training is damaged, the experiment alone, with the `damage` in words.

    Raises FileError for a file that is absent, damaged, cut short, foreign, or made by a newer version.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(4)
            file.seek(0)
            if start[:2] == b"PK":
                return _read_archive(path, file, report, salvage)
            return Project(_experiment(path, _json(path, file.read(LARGEST_TEXT + 1))))
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}") from error


class _Progress:
    """Counts what was read and unpacked of an archive, and reports it."""

    def __init__(self, archive: zipfile.ZipFile, report: Report | None) -> None:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        history = sizes.get("history.safetensors", 0)
        self.total, self.done, self.report = max(1, sum(sizes.values()) + UNPACKING * history), 0, report

    def add(self, count: int) -> None:
        self.done += count
        if self.report is not None:
            self.report(min(1.0, self.done / self.total))


def _read_archive(path: str | Path, file: IO[bytes], report: Report | None, salvage: bool) -> Project:
    with _damage_told(path), zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if "manifest.json" not in names:
            raise FileError(f"{path} is not a Vitrine project: it is some other archive")
        check_archive(path, archive, file.seek(0, 2))
        _check_manifest(path, _entry(path, archive, "manifest"))
        experiment = _experiment(path, _entry(path, archive, "experiment"))
        view = _entry(path, archive, "view") if "view.json" in names else {}
        view = view if isinstance(view, dict) else {}
        try:
            with _damage_told(path):
                checkpoint = _read_checkpoint(path, archive, _Progress(archive, report)) if "run.json" in names else None
                trained = _experiment(path, _entry(path, archive, "trained")) if "trained.json" in names else None
        except FileError as error:
            if not salvage:
                raise
            log.warning("the training in a project can't be read: %s", error)
            return Project(experiment, view=view, damage=str(error))
        return Project(experiment, checkpoint, view, trained)


@contextlib.contextmanager
def _damage_told(path: str | Path) -> Iterator[None]:
    """Raises FileError for whatever a damaged archive makes the reader raise."""
    try:
        yield
    except KeyError as error:
        raise FileError(f"{path} is damaged: {error.args[0]}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FileError(f"{path} is damaged or cut short: {quoted(error)}") from error


def _check_manifest(path: str | Path, manifest: Any) -> None:
    if not isinstance(manifest, dict) or manifest.get("application") != "Vitrine":
        raise FileError(f"{path} is not a Vitrine project: its manifest says something else")
    form = manifest.get("format")
    if type(form) is not int or form < 1:  # true counts as a number in Python
        raise FileError(f"{path} is damaged: {shown(form)} in its manifest is no format of a project")
    if form > FORMAT:
        raise FileError(f"{path} was made by a newer Vitrine (format {shown(form)}, this one reads {FORMAT}); update the app to open it")


def _read_checkpoint(path: str | Path, archive: zipfile.ZipFile, progress: _Progress) -> Checkpoint:
    meta = _entry(path, archive, "run")
    if not isinstance(meta, dict):
        raise FileError(f"{path} is damaged: run.json does not describe a run")
    arrays = {name: _arrays(path, archive, f"{name}.safetensors", progress) for name in TENSORS}
    history: dict[str, Stored] = {}
    try:
        for name, array in arrays["history"].items():
            history[name] = Frozen.unpacked(array)
            progress.add(UNPACKING * array.nbytes)
    except ValueError as error:
        raise FileError(f"{path} is damaged: {quoted(error)}") from error
    return Checkpoint(arrays["weights"], arrays["optimizer"], history, meta)


def _entry(path: str | Path, archive: zipfile.ZipFile, name: str) -> Any:
    return _json(f"{path}, {name}.json", _bytes(path, archive, f"{name}.json", LARGEST_TEXT))


def _arrays(path: str | Path, archive: zipfile.ZipFile, name: str, progress: _Progress) -> dict[str, np.ndarray]:
    info = _info(path, archive, name, LARGEST_ARRAYS)
    with archive.open(info) as file:
        return read_arrays(f"{path}, {name}", file, info.file_size, progress.add)


def _bytes(path: str | Path, archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    info = _info(path, archive, name, largest)
    with archive.open(info) as file:  # a header may lie: never unpack more than it says
        return file.read(info.file_size)


def _info(path: str | Path, archive: zipfile.ZipFile, name: str, largest: int) -> zipfile.ZipInfo:
    info = archive.getinfo(name)
    if info.file_size > largest:
        raise FileError(f"{path} is damaged: {name} claims to hold {info.file_size:,} bytes")
    return info


def _json(place: str | Path, data: bytes) -> Any:
    if len(data) > LARGEST_TEXT:
        raise FileError(f"{place} is too large for an experiment")
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FileError(f"{place} is not a Vitrine project, nor an experiment in JSON") from error
    except json.JSONDecodeError as error:
        raise FileError(f"{place} is not readable JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except ValueError as error:  # Python reads no whole numbers of thousands of digits
        raise FileError(f"{place} holds a number of more digits than any setting takes") from error
    except RecursionError as error:
        raise FileError(f"{place} is nested too deeply for an experiment") from error


def _experiment(path: str | Path, data: Any) -> Experiment:
    try:
        return Experiment.from_json(data)
    except (SpecError, GraphError) as error:
        raise FileError(f"{path}: {error}") from error
    except GUEST as error:  # contributed types read their own stored form
        log.exception("%s can't be read", path)
        raise FileError(f"{path} can't be read, contributed code breaks at it: {said(error)}") from error
