"""Seeded damage to project files, and what must hold of whatever is opened."""

from __future__ import annotations

import dataclasses
import io
import json
import random
import zipfile
from pathlib import Path

import numpy as np
from fuzz import LONG, ROOT, built, damaged, described

from vitrine.core.errors import FileError, VitrineError
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.events import Failed, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.parts.columns import Column
from vitrine.core.training.trained import Trained, bytes_of, take_up
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build

ARRAYS = ("weights", "optimizer", "history")


def trained_projects(folder: Path) -> list[dict[str, bytes]]:
    """The entries of project files of small runs, stopped in the middle of an epoch, the last one edited since."""
    found = []
    for i, (name, changes) in enumerate((("circle", {}), ("xor", {"optimizer": "Adam"}), ("spiral", {"stop_rule": "Patience"}))):
        data = json.loads((ROOT / "examples" / f"{name}.json").read_text(encoding="utf-8")) | changes
        data["dataset"] = {"type": "Circles", "samples": 60} if name != "xor" else "Xor"
        if name == "circle":
            data["graph"]["nodes"][1]["layer"] = {"type": "Dense", "units": 3, "activation": "PReLU"}
        data["training"] = {"batch_size": 4, "epochs": 5}
        experiment = Experiment.from_json(data)
        trainer = Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]
        for event in trainer.run():
            if isinstance(event, StepDone) and trainer.epoch == 2:
                break
        trainer.history.mark(trainer.step, "stopped here")
        edited = experiment.replace(training=experiment.training.replace(batch_size=5))
        known = Trained(experiment, _without_clock(trainer.checkpoint()))
        project = Project.of(edited if i == 2 else experiment, known, {"path": "x.vitrine"})
        save_project(folder / "base.vitrine", project)
        with zipfile.ZipFile(folder / "base.vitrine") as archive:
            found.append({entry: archive.read(entry) for entry in archive.namelist()})
    return found


def _without_clock(checkpoint: Checkpoint) -> Checkpoint:
    """The seconds are what differs from run to run: without them, a case of the fuzz is the same bytes every time."""
    even = {
        name: Column(np.linspace(0.001, 1.0, len(column))).frozen()
        for name, column in checkpoint.history.items()
        if name.endswith("/seconds")
    }
    return dataclasses.replace(checkpoint, history=checkpoint.history | even, meta=checkpoint.meta | {"seconds": 0.0})


def project_case(seed: int, bases: list[dict[str, bytes]]) -> bytes:
    """A project file with one kind of damage: to its bytes, to the text of an entry, to an array, to an entry as a whole."""
    rng = random.Random(seed)
    entries = dict(rng.choice(bases))
    kind = rng.randrange(10)
    if kind < 4:
        name = rng.choice(["run", "run", "run", "experiment", "manifest", "view", "trained"]) + ".json"
        if name in entries:
            entries[name] = json.dumps(damaged(json.loads(entries[name]), rng, 2)).encode("ascii")
    elif kind < 7:
        name = rng.choice(ARRAYS) + ".safetensors"
        entries[name] = damaged_arrays(entries[name], rng)
    elif kind == 7:
        name = rng.choice(list(entries))
        if rng.random() < 0.3:
            del entries[name]
        else:
            entries[name] = damaged_bytes(entries[name], rng)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue() if kind < 8 else damaged_bytes(file.getvalue(), rng)


def damaged_bytes(data: bytes, rng: random.Random) -> bytes:
    """Cut short, a few bits flipped, or a piece of it elsewhere."""
    changed = bytearray(data)
    if not changed or rng.random() < 0.3:
        return bytes(changed[: rng.randrange(len(changed) + 1)])
    for _ in range(rng.choice([1, 1, 3, 30])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    if rng.random() < 0.2:
        at, to = rng.randrange(len(changed)), rng.randrange(len(changed))
        changed[to:to] = changed[at : at + rng.randrange(200)]
    return bytes(changed)


def damaged_arrays(data: bytes, rng: random.Random) -> bytes:
    """Arrays of other names, types, shapes or values; or a header that says something else."""
    from safetensors.numpy import load, save

    if rng.random() < 0.25:
        length = int.from_bytes(data[:8], "little")
        header = json.dumps(damaged(json.loads(data[8 : 8 + length]), rng, 2)).encode("ascii")
        return len(header).to_bytes(8, "little") + header + data[8 + length :]
    arrays = load(data)
    for _ in range(rng.randint(1, 3)):
        if not arrays:
            break
        name = rng.choice(sorted(arrays))
        arrays[name] = _other_array(arrays[name], rng)
        if rng.random() < 0.15:
            arrays[rng.choice(["", "x", "best/", "steps/loss", "epochs/new", name + "/" + name, LONG])] = arrays.pop(name)
        elif rng.random() < 0.1:
            del arrays[name]
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def _other_array(array: np.ndarray, rng: random.Random) -> np.ndarray:
    kind = rng.randrange(8)
    if kind == 0:
        with np.errstate(all="ignore"):
            return array.astype(rng.choice(["f8", "f4", "f2", "i8", "i4", "u1", "?"]))
    if kind == 1:
        return array.reshape(-1)
    if kind == 2:
        return array[..., None] if rng.random() < 0.5 else array[None]
    if kind == 3:
        return array.reshape(-1)[: rng.randrange(array.size + 1)]
    if kind == 4:
        return np.zeros((0,) * rng.randint(0, 3), array.dtype)
    if kind == 5:
        return np.concatenate([array.reshape(-1)] * rng.choice([2, 9]))
    changed = array.copy().reshape(-1)
    if changed.size and changed.dtype.kind == "f":
        changed[rng.randrange(changed.size)] = rng.choice([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e30])
    return changed.reshape(array.shape)


def examine_project(data: bytes, folder: Path, steps: int = 3) -> str:
    """All that opening such a file and going on with it does; how far it came."""
    path = folder / "case.vitrine"
    path.write_bytes(data)
    try:
        project = load_project(path)
    except FileError as error:
        assert len(str(error)) < 2000, f"a message of {len(str(error)):,} characters"
        return "refused"
    known = [project.known] if project.known else []
    _ = [trained.step for trained in known], list(bytes_of(known))
    info = described(project.experiment)
    if info is None or not project.experiment.analyze(info).ok or info.count > 1000:
        return "blocked"
    trainer = Trainer(project.experiment, built(project.experiment))
    if project.known is not None:
        before = trainer.checkpoint()
        try:
            take_up(trainer, project.known)
        except VitrineError as error:
            assert len(str(error)) < 2000, f"a message of {len(str(error)):,} characters"
            assert same(before, trainer.checkpoint()), "the refused run was half taken up"
            return "not taken up"
    begun = trainer.step
    for event in trainer.run():
        if isinstance(event, Failed):
            raise AssertionError(event.detail)
        if trainer.step >= begun + steps or (not isinstance(event, StepDone) and not trainer.control.running):
            break
    trainer.evaluate("validation")
    save_project(path, Project.of(trainer.experiment, Trained(trainer.experiment, trainer.checkpoint())))
    load_project(path)
    return "trained"


def same(a: Checkpoint, b: Checkpoint) -> bool:
    for name in ARRAYS:
        one, other = getattr(a, name), getattr(b, name)
        if one.keys() != other.keys() or not all(np.array_equal(one[key], other[key], equal_nan=True) for key in one):
            return False
    return a.meta == b.meta
