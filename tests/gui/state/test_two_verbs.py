"""Two verbs within a blink, as a user does them; the file is read back from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from saving_help import build, change, followed, forget_data, in_file, make, saved, train, weights, window
from state_help import Clouds, clouds, experiment

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]


def test_saved_at_last_takes_back_that_it_was_not(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    window.document.path = tmp_path / "no such folder" / "work.vitrine"
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: window.messages.label.text().startswith("Not saved"), timeout=10_000)
    window.document.path = tmp_path / "work.vitrine"
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: window.messages.label.text() == "Saved work.vitrine", timeout=10_000)


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No], ids=["yes", "no"])
def test_a_name_typed_without_its_suffix_replaces_nothing_unasked(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: QMessageBox.StandardButton
) -> None:
    """The file dialog asks only about the name as it was typed."""
    other = tmp_path / "other.vitrine"
    save_project(other, Project(experiment().replace(name="other")))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "other"), ""))
    asked: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(QMessageBox, "exec", lambda box: asked.append(box.text()) or answer)
        window.commands["save_as"].trigger()
        qtbot.waitUntil(lambda: not window.files.saver.busy, timeout=10_000)
    assert len(asked) == 1 and "other.vitrine already exists" in asked[0]
    assert (load_project(other).experiment.name == "other") == (answer == QMessageBox.StandardButton.No)


@pytest.mark.parametrize("times", range(5))
def test_save_then_reset(window: MainWindow, qtbot: Any, tmp_path: Path, times: int) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    window.commands["save"].trigger()
    window.commands["reset"].trigger()
    qtbot.waitUntil((tmp_path / "work.vitrine").exists, timeout=10_000)
    assert in_file(tmp_path / "work.vitrine") == before
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)
    assert window.document.dirty  # the file has weights, the window none


def test_reset_then_save(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    window.commands["reset"].trigger()
    assert saved(window, qtbot) == ""
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 4 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before


def test_undo_then_save(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """The file gets the run that undo brings back, not the one that it ends."""
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 5)
    followed(window, qtbot)
    train(window, qtbot, 3)
    window.commands["undo"].trigger()
    assert saved(window, qtbot) == before
    qtbot.waitUntil(lambda: window.session.runs.step == 4 and window.session.state == "paused", timeout=10_000)
    qtbot.waitUntil(lambda: not window.files.saver.busy, timeout=10_000)
    assert not window.document.dirty
    assert load_project(tmp_path / "work.vitrine").trained is None


def test_save_then_save(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """In this order."""
    train(window, qtbot)
    window.commands["save"].trigger()
    window.document.set_part("name", "second")
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: not window.document.dirty, timeout=10_000)
    assert load_project(tmp_path / "work.vitrine").experiment.name == "second"


def test_open_while_saving(window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    save_project(tmp_path / "next.vitrine", Project(experiment().replace(name="next")))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "next.vitrine"), ""))
    asked: list[int] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: asked.append(1) or QMessageBox.StandardButton.Cancel)
    window.commands["save"].trigger()
    window.commands["open"].trigger()
    qtbot.waitUntil(lambda: window.document.experiment.name == "next", timeout=10_000)
    assert not asked  # what is being saved is not unsaved
    assert in_file(tmp_path / "work.vitrine") == before
    assert window.document.path == tmp_path / "next.vitrine"
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)


def test_save_then_quit(window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    asked: list[int] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: asked.append(1) or QMessageBox.StandardButton.Cancel)
    window.commands["save"].trigger()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert not asked
    assert in_file(tmp_path / "work.vitrine") == before
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)


def test_closed_while_it_is_prepared(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    before = saved(window, qtbot)
    forget_data(window)
    Clouds.gate.clear()
    window.files.open_path(tmp_path / "work.vitrine")
    window.close()
    Clouds.gate.set()
    assert in_file(tmp_path / "work.vitrine") == before
