"""Runs of examples through the command line, remembered on disk: a measurement that was broken off goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrine.core.errors import VitrineError
from vitrine.core.files.examples import find
from vitrine.core.files.project import Project, load_project
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = ("name", "description", "topic", "rank")  # what does not change a run
Change = Callable[[dict[str, Any]], None]


class NotMeasured(VitrineError):
    """A run that could not be made: data that is not there, or settings that don't train."""


@dataclass(frozen=True)
class Run:
    """The outcome of one run: RESULT.json as a dictionary, and the saved project."""

    example: str
    note: str  # how it differs from the example, in words
    seed: int
    result: dict[str, Any]
    path: Path  # of the saved project

    @property
    def project(self) -> Project:
        return load_project(self.path)

    def trainer(self) -> Trainer:
        """The trainer as the run left it."""
        project = self.project
        trainer = trainer_for(project.experiment)
        assert project.checkpoint is not None
        trainer.restore(project.checkpoint)
        return trainer


def trainer_for(experiment: Experiment) -> Trainer:
    """A trainer before its first step. Raises NotMeasured where the data can't be had."""
    try:
        return Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]
    except VitrineError as error:
        raise NotMeasured(str(error)) from error


class Runs:
    """Makes runs, each once: what is in `folder` is taken from there unless `again`."""

    def __init__(self, folder: Path, again: bool = False) -> None:
        self.folder = folder
        self.again = again
        self._made: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        example: str,
        seed: int | None = None,
        epochs: int | None = None,
        change: Change | None = None,
        note: str = "",
        keep: bool = True,
    ) -> Run:
        """Train the example, or what `change` makes of its JSON. Raises NotMeasured saying why it can't be.

        keep: the project too, for those who look at its weights.
        """
        data = json.loads(find(example).read_text(encoding="utf-8"))
        if change is not None:
            change(data)
        training = data.setdefault("training", {})
        training |= {name: value for name, value in (("seed", seed), ("epochs", epochs)) if value is not None}
        seed = int(training.get("seed", 0))
        stem = self.folder / f"{example}-{seed}-{fingerprint(data)}"
        result, project = stem.with_suffix(".json"), stem.with_suffix(".vitrine")
        wanted_anew = self.again and stem.name not in self._made
        if wanted_anew or not result.exists() or (keep and not project.exists()):
            self._train(data, stem, project if keep else None, f"{example} {note}".rstrip())
        self._made.add(stem.name)
        return Run(example, note, seed, json.loads(result.read_text(encoding="utf-8")), project)

    def seeds(
        self, example: str, seeds: Sequence[int], epochs: int | None = None, change: Change | None = None, note: str = ""
    ) -> list[Run]:
        """The outcome by seed, without the projects."""
        return [self.run(example, seed, epochs, change, note, keep=False) for seed in seeds]

    def _train(self, data: dict[str, Any], stem: Path, project: Path | None, title: str) -> None:
        experiment, partial = stem.with_suffix(".experiment"), stem.with_suffix(".partial")
        experiment.write_text(json.dumps(data), encoding="utf-8")
        print(f"training {title}, seed {data['training'].get('seed', 0)} …", file=sys.stderr, flush=True)
        command = [sys.executable, str(ROOT / "main.py"), "train", str(experiment), "--threads", "1", "--result", str(partial)]
        command += ["--save", str(project)] if project else []
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
        experiment.unlink()
        if not partial.exists():
            lines = done.stderr.strip().splitlines() or ["no word of why"]
            raise NotMeasured(f"{title} can't be trained: {lines[-1].removeprefix('vitrine: ')}")
        partial.replace(stem.with_suffix(".json"))  # the last thing: what is there is whole


def fingerprint(data: dict[str, Any]) -> str:
    """Of all that a run depends on, not of its words nor of where the cards lie."""
    graph = data["graph"]
    nodes = [{k: v for k, v in node.items() if k != "position"} for node in graph["nodes"]]
    kept = {k: v for k, v in data.items() if k not in WORDS} | {"graph": {**graph, "nodes": nodes}}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def set_hidden(name: str, value: Any) -> Change:
    """A change that sets a field of every Dense layer but the last."""

    def change(data: dict[str, Any]) -> None:
        layers = [node["layer"] for node in data["graph"]["nodes"] if isinstance(node["layer"], dict) and node["layer"]["type"] == "Dense"]
        for layer in layers[:-1]:
            layer[name] = value

    return change


def set_part(**parts: Any) -> Change:
    """A change that replaces whole parts of the experiment, and merges into `training`."""

    def change(data: dict[str, Any]) -> None:
        training = parts.get("training", {})
        data.update({k: v for k, v in parts.items() if k != "training"})
        data.setdefault("training", {}).update(training)

    return change


def both(first: Change, second: Change) -> Change:
    """A change after another."""

    def change(data: dict[str, Any]) -> None:
        first(data)
        second(data)

    return change
