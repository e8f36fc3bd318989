"""A project whose network is trained but does not stand yet, or can't: the window says what it is trained for and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from state_help import Clouds, clouds, trained_file
from window_help import opened

from vitrine.gui.panels.curves.panel import CurvesPanel
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.widgets.placeholder import Placeholder
from vitrine.gui.window.main_window import MainWindow

__all__ = ["clouds"]


@pytest.fixture
def window(clouds: type[Clouds], qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot)


def shown(window: MainWindow, name: str) -> str:
    return window.run_bar.readouts[name].value.text()


def in_curves(window: MainWindow) -> str:
    assert window.docks is not None
    panel = window.docks.panels["curves"]
    assert isinstance(panel, CurvesPanel) and isinstance(panel.body, Placeholder)
    return panel.body.text


def test_while_it_is_prepared(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path, trained = trained_file(tmp_path)
    Clouds.gate.clear()
    assert window.files.open_path(path) and window.session.state == "preparing"
    assert (shown(window, "step"), shown(window, "epoch")) == ("7", "1 / 500") and trained.step == 7
    assert "It is trained for 7 steps (1 epoch)." in window.status.text.text()
    assert in_curves(window).startswith("Trained for 7 steps.") and "Press Space" not in in_curves(window)
    Clouds.gate.set()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert window.session.runs.step == 7 and not window.document.dirty
    qtbot.waitUntil(lambda: in_curves(window) == "", timeout=10_000)
    window.commands["reset"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)
    assert shown(window, "step") == "0" and in_curves(window).startswith("Press Space")


def test_while_its_data_are_missing(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    data = tmp_path / "points.csv"
    data.write_text("here")
    path, _ = trained_file(tmp_path, str(data))
    data.unlink()
    assert window.files.open_path(path) and window.session.state == "blocked"
    assert (shown(window, "step"), shown(window, "epoch")) == ("7", "1 / 500")
    words = window.status.text.text()
    assert "points.csv is missing: choose another file" in words and "trained for 7 steps (1 epoch), and that is kept" in words
    assert in_curves(window).startswith("Trained for 7 steps. The data are not here.")
    assert not window.document.dirty
    data.write_text("back")
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.session.state in ("paused", "running") and window.session.runs.step >= 7, timeout=10_000)


def test_after_loading_was_cancelled(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path, _ = trained_file(tmp_path)
    Clouds.gate.clear()
    window.files.open_path(path)
    window.session.cancel_preparing()
    assert shown(window, "step") == "7" and "trained for 7 steps" in window.status.text.text() and not window.document.dirty
    run = window.session.runs.current
    assert isinstance(run, LiveRun) and not run.touched
    Clouds.gate.set()


def test_other_data_begin_at_step_0(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """The weights wait for the undo; the run is another."""
    path, _ = trained_file(tmp_path)
    window.files.open_path(path)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    window.document.set_part("dataset", Clouds(seed=8))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)
    assert shown(window, "step") == "0"
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "paused" and window.session.runs.step == 7, timeout=10_000)
