"""Messages go with their cause: what was said of a place of the undo stack is not said of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
