"""A window that trains, edits and saves on its own until it is killed. `python victim.py FOLDER SEED`.

It writes a journal to FOLDER/journal, a line every tick: time (of the system's monotonic clock), step, number of edits.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.experiment import Experiment
from vitrine.gui.state.document import Document
from vitrine.gui.window.main_window import MainWindow

BUSY = {"edit": (0.1, 2.5), "save": (2.0, 12.0)}  # seconds between two
QUIET = {"edit": (11.0, 40.0), "save": (40.0, 90.0)}  # training alone: odd seeds


def experiment() -> Experiment:
    """Some megabytes of weights and slots, so that writing takes a while."""
    get = Layer.registry.get
    base = load_project(find("digits_mlp")).experiment
    layers = (
        get("Input")(),
        get("Flatten")(),
        get("Dense")(units=600),
        get("Dense")(units=400),
        get("Dense")(units=10, activation="Softmax"),
    )
    return base.replace(graph=GraphSpec.chain(*layers), training=base.training.replace(epochs=100_000), name="edit 0")


def edit(document: Document, number: int, dice: random.Random) -> None:
    """The number of the edit becomes the experiment's name; now and then the network changes with it, or it breaks."""
    after = document.experiment.replace(name=f"edit {number}")
    kind = dice.random()
    if kind < 0.15:
        after = after.replace(graph=after.graph.set_layer("dense_1", after.graph["dense_1"].layer.replace(units=dice.randrange(500, 700))))
    elif kind < 0.35:
        units = 10 if after.graph["dense_3"].layer.replace(units=10) != after.graph["dense_3"].layer else 9
        after = after.replace(graph=after.graph.set_layer("dense_3", after.graph["dense_3"].layer.replace(units=units)))
    document.apply(after, f"Edit {number}")


def main(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    pauses = QUIET if seed % 2 else BUSY
    app = QApplication([])
    window: Any = MainWindow(experiment())
    window.document.path = folder / "work.vitrine"
    journal = os.open(folder / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    done = {"edits": 0}

    def note() -> None:
        os.write(journal, f"{time.monotonic():.4f} {window.session.runs.step} {done['edits']}\n".encode())

    def next_edit() -> None:
        done["edits"] += 1
        edit(window.document, done["edits"], dice)
        note()
        QTimer.singleShot(int(1000 * dice.uniform(*pauses["edit"])), next_edit)

    def next_save() -> None:
        window.commands["save"].trigger()
        QTimer.singleShot(int(1000 * dice.uniform(*pauses["save"])), next_save)

    def run() -> None:
        if window.session.state in ("ready", "paused"):
            window.commands["run"].trigger()

    window.show()
    window.fill()
    window.session.runs.ticked.connect(note)
    window.session.runs.ticked.connect(run)
    QTimer.singleShot(1500, next_edit)
    QTimer.singleShot(int(1000 * dice.uniform(*pauses["save"])), next_save)
    app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
