"""An edit after an undo cuts off what could be redone; what was trained there is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from state_help import Clouds, clouds, experiment, known, settled

from vitrine.core.files.project import Project, save_project
from vitrine.core.training.trained import bytes_of, capture_trained
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.gui.window.left_runs import LeftRunsMenu
from vitrine.gui.window.main_window import MainWindow

__all__ = ["clouds"]


@pytest.fixture
def window(clouds: type[Clouds], qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)
    made = MainWindow(experiment())
    made.show()
    made.session.start()
    qtbot.waitUntil(lambda: made.session.state == "ready", timeout=20_000)
    yield made
    made.close()
    made.deleteLater()


def train(window: MainWindow, qtbot: Any, steps: int) -> None:
    for _ in range(steps):
        step = window.session.runs.step
        window.commands["step_batch"].trigger()
        qtbot.waitUntil(lambda step=step: window.session.runs.step > step and window.session.state == "paused", timeout=20_000)


def do(window: MainWindow, qtbot: Any, command: str) -> None:
    window.commands[command].trigger()
    settled(window, qtbot)


def widen(window: MainWindow, qtbot: Any, units: int) -> None:
    window.document.set_layer("brittle_1", window.document.graph["brittle_1"].layer.replace(units=units))
    settled(window, qtbot)


def units(window: MainWindow) -> int:
    return window.document.graph["brittle_1"].layer.units  # type: ignore[attr-defined]


def entries(window: MainWindow) -> list[str]:
    (menu,) = window.findChildren(LeftRunsMenu)
    menu.aboutToShow.emit()
    assert menu.menuAction().isEnabled() == bool(menu.actions())
    return [action.text() for action in menu.actions()]


def cut_off(window: MainWindow, qtbot: Any) -> tuple[int, str] | None:
    """Trains on after an edit, undoes it and edits otherwise; what is then out of redo's reach."""
    train(window, qtbot, 4)
    widen(window, qtbot, 5)
    train(window, qtbot, 3)
    gone = known(window, qtbot)
    do(window, qtbot, "undo")
    assert window.session.runs.step == 4
    widen(window, qtbot, 6)
    assert not window.document.undo_stack.canRedo()
    return gone


def test_it_is_offered_and_comes_back_bit_for_bit(window: MainWindow, qtbot: Any) -> None:
    gone = cut_off(window, qtbot)
    train(window, qtbot, 1)
    present = known(window, qtbot)
    assert "run of step 7" in window.messages.label.text()
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    settled(window, qtbot)
    assert units(window) == 5 and known(window, qtbot) == gone
    assert entries(window) == []
    do(window, qtbot, "undo")
    assert units(window) == 6 and known(window, qtbot) == present
    do(window, qtbot, "redo")
    assert units(window) == 5 and known(window, qtbot) == gone


def test_the_menu_has_it_later(window: MainWindow, qtbot: Any) -> None:
    assert entries(window) == []
    gone = cut_off(window, qtbot)
    window.messages.clear()
    train(window, qtbot, 2)
    assert len(entries(window)) == 1 and entries(window)[0].startswith("Step 7, 3 layers")
    window.session.bring_back(window.session.runs.archive.left[0])
    settled(window, qtbot)
    assert known(window, qtbot) == gone
    window.document.set_part("name", "goes on")
    train(window, qtbot, 1)
    assert window.session.runs.step == 8


def test_a_reset_that_was_trained_on(window: MainWindow, qtbot: Any) -> None:
    """With the same experiment on both sides."""
    train(window, qtbot, 4)
    before = known(window, qtbot)
    do(window, qtbot, "reset")
    train(window, qtbot, 2)
    gone = known(window, qtbot)
    do(window, qtbot, "undo")
    assert known(window, qtbot) == before
    widen(window, qtbot, 6)
    window.session.bring_back(window.session.runs.archive.left[0])
    settled(window, qtbot)
    assert known(window, qtbot) == gone and units(window) == 4


def test_what_learnt_nothing_is_not_spoken_of(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot, 4)
    widen(window, qtbot, 5)
    do(window, qtbot, "undo")
    widen(window, qtbot, 6)
    assert window.session.runs.archive.left == [] and "Redo can't" not in window.messages.label.text()


def test_undone_and_redone_it_is_still_something_learnt(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot, 4)
    widen(window, qtbot, 5)
    train(window, qtbot, 3)
    gone = known(window, qtbot)
    for command in ("undo", "redo", "undo"):
        do(window, qtbot, command)
    widen(window, qtbot, 6)
    window.session.bring_back(window.session.runs.archive.left[0])
    settled(window, qtbot)
    assert known(window, qtbot) == gone


def test_it_counts_for_the_bound_and_goes_with_the_work(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    window.session.message.connect(lambda kind, text: said.append((kind, text)))
    cut_off(window, qtbot)
    (entry,) = window.session.runs.archive.left
    window.session.runs.archive.largest = 1
    train(window, qtbot, 1)
    widen(window, qtbot, 8)
    assert window.session.runs.archive.left == []
    assert ("warning", "Undo keeps up to 0 MB of earlier runs; the one of step 7 had to go.") in said
    window.session.bring_back(entry)
    assert said[-1] == ("warning", "That run is no longer there to be brought back.")
    window.session.runs.archive.largest = 2**28
    train(window, qtbot, 1)
    do(window, qtbot, "undo")
    widen(window, qtbot, 9)
    assert window.session.runs.archive.left
    path = tmp_path / "next.vitrine"
    save_project(path, Project(experiment()))
    window.files.open_path(path)
    assert window.session.runs.archive.left == [] and entries(window) == []


def test_states_of_one_run_share_their_record(clouds: type[Clouds]) -> None:
    """Or a long record would push out weights that take next to nothing."""
    begun = experiment(epochs=10_000)
    trainer = Trainer(begun, build(begun.dataset, begun.preprocessing, begun.split))  # type: ignore[arg-type]
    states, events = [], trainer.run()
    for steps in (5_000, 5_025):
        while trainer.step < steps:
            next(events)
        states.append(capture_trained(trainer))
    alone = [next(bytes_of([state])) for state in states if state is not None]
    first, second = bytes_of([state for state in states if state is not None])
    assert first == alone[0] and second < 0.2 * alone[1]
