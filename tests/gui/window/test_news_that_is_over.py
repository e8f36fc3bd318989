"""Messages go with their cause: what was said of a place of the undo stack is not said of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from window_help import opened

from vitrine.core.files.project import Project, save_project
from vitrine.core.layers.base import Context, Layer
from vitrine.core.layers.dense import Dense
from vitrine.datasets.food_truck import FoodTruck
from vitrine.gui.state.files.recovery import Found, folder
from vitrine.gui.window.main_window import MainWindow


def said(window: MainWindow) -> str:
    """What the message bar shows."""
    return window.messages.label.text() if window.messages.isVisible() else ""


@pytest.fixture
def trained(window: MainWindow, qtbot: Any) -> MainWindow:
    """After one step."""
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=30_000)
    return window


def settled(window: MainWindow, qtbot: Any, state: str) -> None:
    window.session.catch_up()
    qtbot.waitUntil(lambda: window.session.state == state, timeout=30_000)


@pytest.mark.parametrize("verb", ["reset", "new_weights"])
def test_what_undo_would_bring_is_said_until_it_would_bring_something_else(trained: MainWindow, qtbot: Any, verb: str) -> None:
    trained.commands[verb].trigger()
    assert "Undo (Ctrl+Z) brings the run of step 1 back" in said(trained)
    settled(trained, qtbot, "ready")
    assert "Undo (Ctrl+Z)" in said(trained)
    trained.document.set_part("training", trained.document.experiment.training.replace(epochs=7))
    assert said(trained) == ""


def redo(window: MainWindow) -> None:
    window.commands["redo"].trigger()


def delete(window: MainWindow) -> None:
    window.document.select(["flatten_1"])
    window.canvas.verbs.delete()


@pytest.mark.parametrize("leave", [redo, delete])
def test_that_the_run_is_back_is_said_while_it_is(trained: MainWindow, qtbot: Any, leave: Callable[[MainWindow], None]) -> None:
    trained.commands["reset"].trigger()
    settled(trained, qtbot, "ready")
    trained.commands["undo"].trigger()
    settled(trained, qtbot, "paused")
    assert said(trained) == "Undone: the run is back as it stood at step 1."
    leave(trained)
    assert "Undone" not in said(trained)


def test_that_data_are_missing_is_said_until_they_are_chosen(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """They are not loaded yet then."""
    table = tmp_path / "table.txt"
    table.write_text("".join(f"{n},{3 * n}\n" for n in range(40)), encoding="utf-8")
    missing = FoodTruck(file=str(tmp_path / "elsewhere.txt"))
    window.document.set_part("dataset", missing)
    settled(window, qtbot, "blocked")
    window.commands["run"].trigger()
    assert window.document.info_error and said(window) == window.document.info_error
    window.document.set_part("dataset", missing.replace(file=str(table)))
    assert "elsewhere" not in said(window)


def test_why_training_cannot_start_is_said_until_it_is_mended(window: MainWindow, qtbot: Any) -> None:
    """At once, not when the run stands."""
    layer = window.document.graph["dense_1"].layer
    window.document.set_layer("dense_1", layer.replace(units=7))
    window.commands["run"].trigger()
    assert "10 classes" in said(window)
    window.document.set_layer("dense_1", layer.replace(units=10))
    assert said(window) == ""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.vitrine"
    path.write_bytes(b"PK\x03\x04 not a zip")
    return path


def test_that_a_file_was_not_opened_is_said_until_another_is(window: MainWindow, qtbot: Any, broken: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.vitrine"
    save_project(good, Project(window.document.experiment.replace(name="good")))
    assert not window.files.open_path(broken)
    assert "broken.vitrine" in said(window)
    window.files.open_path(good)
    qtbot.waitUntil(lambda: window.document.path == good, timeout=10_000)
    assert "broken.vitrine" not in said(window)


@pytest.fixture
def started(qtbot: Any, broken: Path) -> Iterator[MainWindow]:
    """With the broken file named at the start."""
    yield from opened(qtbot, project=str(broken))


def test_that_the_named_file_was_not_opened_outlasts_the_start(started: MainWindow) -> None:
    assert "broken.vitrine" in said(started)


def test_that_work_is_restored_but_not_saved_is_said_until_it_is(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """Also where its file is newer, which stands until it is read."""
    file = tmp_path / "work.vitrine"
    save_project(file, Project(window.document.experiment))
    kept = folder() / "recovery-ffff.vitrine"
    kept.parent.mkdir(parents=True, exist_ok=True)
    save_project(kept, Project(window.document.experiment))
    window.files.recover(Found(kept, file.stat().st_mtime - 60, "work", 0, file))
    qtbot.waitUntil(lambda: "under another name" in said(window), timeout=10_000)
    window.files._write(tmp_path / "another.vitrine")
    qtbot.waitUntil(lambda: not window.document.dirty, timeout=10_000)
    assert said(window) == "Saved another.vitrine"
    window.messages.dismiss()
    assert said(window) == ""


class Crumbles(Dense, abstract=True):
    """A dense layer that works for some steps."""

    left: ClassVar[int] = 0

    def forward(self, params: Any, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        Crumbles.left -= ctx.training
        if Crumbles.left < 0:
            raise RuntimeError("crumbled away")
        return super().forward(params, inputs, ctx)


def test_that_training_broke_is_said_while_that_run_is_here(window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how far it came: the window had the step of its last look, not the last one."""
    monkeypatch.setitem(Layer.registry._things, "Crumbles", Crumbles)
    monkeypatch.setattr(Crumbles, "left", 30)
    window.document.set_layer("dense_1", Crumbles(units=10))
    settled(window, qtbot, "ready")
    window.session.run()
    settled(window, qtbot, "failed")
    assert said(window).startswith("Training broke at step 30: ") and said(window).endswith(": RuntimeError: crumbled away.")
    assert "test_news_that_is_over.py, line " in said(window)
    assert window.session.runs.step == 30
    window.commands["undo"].trigger()
    settled(window, qtbot, "paused")
    assert "crumbled" not in said(window)


def test_no_step_is_named_of_a_run_that_takes_some_more(window: MainWindow, qtbot: Any) -> None:
    """It came back at a later one than was said."""
    window.session.run()
    qtbot.waitUntil(lambda: window.session.state == "running" and window.session.runs.step > 0, timeout=30_000)
    window.commands["reset"].trigger()
    assert "Undo (Ctrl+Z) brings the run back" in said(window)
