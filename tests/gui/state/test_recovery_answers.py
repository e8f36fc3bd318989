"""The three answers to an offer of work that was left behind: restore, later, discard; and several offers one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from saving_help import Make, leave, offered
from saving_help import build as make
from state_help import clouds, experiment

from vitrine.core.files.project import Project, load_project
from vitrine.gui.state.files.recovery import left_behind
from vitrine.gui.window.main_window import MainWindow

__all__ = ["clouds", "make"]


def press(window: MainWindow, qtbot: Any, text: str) -> None:
    """The button of the message bar that says so, once it is there."""

    def shown() -> list[Any]:
        return [button for button in window.messages.buttons if button.isVisible() and button.text() == text]

    qtbot.waitUntil(lambda: bool(shown()), timeout=10_000)
    qtbot.mouseClick(shown()[0], Qt.MouseButton.LeftButton)


def started(make: Make) -> MainWindow:
    window = make()
    window.files.look_for_lost_work()
    return window


def test_later_is_at_the_next_start(make: Make, qtbot: Any) -> None:
    left = leave("dead", Project(experiment().replace(name="left")))
    for _start in range(2):
        window = started(make)
        press(window, qtbot, "Later")
        assert not window.messages.isVisible()
        window.close()
        assert window.end(10) and left.exists()


def test_discarded_is_not_offered_again_and_gone_when_the_window_closes(make: Make, qtbot: Any) -> None:
    left = leave("dead", Project(experiment().replace(name="left")))
    window = started(make)
    press(window, qtbot, "Discard")
    assert "“left” is discarded" in window.messages.label.text()
    assert left.exists() and left_behind() == (None, [])
    window.close()
    assert window.end(10)
    assert not left.exists() and not left.with_suffix(".lock").exists()


def test_discarded_by_mistake(make: Make, qtbot: Any) -> None:
    left = leave("dead", Project(experiment().replace(name="left")))
    window = started(make)
    press(window, qtbot, "Discard")
    press(window, qtbot, "Keep it")
    press(window, qtbot, "Restore it")
    assert window.document.experiment.name == "left" and window.document.dirty
    qtbot.waitUntil(lambda: not left.exists(), timeout=10_000)  # its place is taken by this session's own
    assert load_project(window.files.recovery.file).experiment.name == "left"


def test_killed_after_discarding_it_is_there_again(make: Make, qtbot: Any) -> None:
    """The worst that a crash does is to ask once more."""
    left = leave("dead", Project(experiment()))
    window = started(make)
    press(window, qtbot, "Discard")
    for _found, lock in window.files.recovery._discarded:
        lock.close()  # what the system does for a process that is killed
    window.files.recovery._discarded.clear()
    found, _ = left_behind()
    assert found is not None and found.file == left


def test_one_after_the_other_is_offered(make: Make, qtbot: Any) -> None:
    leave("a", Project(experiment().replace(name="older")), age=100)
    leave("b", Project(experiment().replace(name="newer")))
    window = started(make)
    qtbot.waitUntil(lambda: "“newer”" in window.messages.label.text(), timeout=10_000)
    press(window, qtbot, "Discard")
    window.messages.dismiss()
    qtbot.waitUntil(lambda: "“older”" in window.messages.label.text(), timeout=10_000)
    press(window, qtbot, "Restore it")
    assert window.document.experiment.name == "older"


def test_an_offer_holds_no_weights(make: Make, qtbot: Any) -> None:
    """It may stand there all day; the work is read when it is wanted."""
    leave("dead", Project(experiment().replace(name="left")))
    found = offered(make(), qtbot)
    assert not any(isinstance(value, Project) for value in vars(found).values())


def test_who_keeps_the_present_work_is_offered_the_other_again(make: Make, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    leave("dead", Project(experiment().replace(name="left")))
    window = started(make)
    window.document.set_part("name", "edited")
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Cancel)
    press(window, qtbot, "Restore it")
    assert window.document.experiment.name == "edited"
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)
    press(window, qtbot, "Restore it")
    assert window.document.experiment.name == "left"
