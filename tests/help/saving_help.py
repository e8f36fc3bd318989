"""What the tests of saving and undoing do with a window: train, save, and read back from disk what was saved."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox
from state_help import Clouds, experiment

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.gui.state.files.recovery import Found, folder
from vitrine.gui.window.main_window import MainWindow

Make = Callable[[], MainWindow]


@pytest.fixture
def build(clouds: type[Clouds], qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Windows on the clouds, ready to run, as many as are asked for; what they ask on closing is answered by Discard."""
    made: list[MainWindow] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)

    def one() -> MainWindow:
        window = MainWindow(experiment())
        made.append(window)
        window.show()
        window.session.start()
        qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
        return window

    yield one
    Clouds.gate.set()
    for window in made:
        window.close()
        qtbot.waitUntil(lambda window=window: not window.isVisible(), timeout=10_000)  # what is being saved ends first
        window.deleteLater()


@pytest.fixture
def make(build: Make, tmp_path: Path) -> Make:
    """The same, on a file of the test's."""

    def named() -> MainWindow:
        window = build()
        window.document.path = tmp_path / "work.vitrine"
        return window

    return named


@pytest.fixture
def window(make: Make) -> MainWindow:
    return make()


def followed(window: MainWindow, qtbot: Any) -> None:
    """The run is the one that the document stands for, and rests."""
    qtbot.waitUntil(lambda: window.session.runs.current.experiment == window.document.experiment, timeout=10_000)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)


def train(window: MainWindow, qtbot: Any, steps: int = 4) -> None:
    for _ in range(steps):
        step = window.session.runs.step
        window.commands["step_batch"].trigger()
        qtbot.waitUntil(lambda step=step: window.session.runs.step > step and window.session.state == "paused", timeout=20_000)


def weights(window: MainWindow, qtbot: Any) -> str:
    answers: list[Any] = []
    assert window.session.ask(lambda trainer: trainer.network.arrays(), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    return weights_sha256(answers[0])


def saved(window: MainWindow, qtbot: Any) -> str:
    """Press Ctrl+S; what the file then holds, "" without weights."""
    path = window.document.path
    assert path is not None
    path.unlink(missing_ok=True)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: path.exists() and not window.files.saver.busy, timeout=10_000)
    return in_file(path)


def in_file(path: Path) -> str:
    checkpoint = load_project(path).checkpoint
    return weights_sha256(checkpoint.weights) if checkpoint is not None else ""


def change(window: MainWindow, units: int, node: str = "brittle_1") -> None:
    window.document.set_layer(node, window.document.graph[node].layer.replace(units=units))


def forget_data(window: MainWindow) -> None:
    window.session.source._kept = (None, None)


def leave(name: str, project: Project, age: float = 0.0) -> Path:
    """A file as a process that was killed leaves it."""
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"recovery-{name}.vitrine"
    save_project(path, project)
    path.with_suffix(".lock").touch()
    at = time.time() - age
    os.utime(path, (at, at))
    return path


def offered(window: MainWindow, qtbot: Any) -> Found:
    found: list[Found] = []
    window.files.recovery.offered.connect(found.append)
    window.files.look_for_lost_work()
    qtbot.waitUntil(lambda: bool(found), timeout=10_000)
    return found[0]
