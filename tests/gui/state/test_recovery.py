"""Work kept against a crash: soon, under a lock, offered by name, given up only once it is safe elsewhere."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from saving_help import Make, leave, offered
from saving_help import build as make
from state_help import Brittle, clouds, experiment, known, of_file

from vitrine.core.files import locks
from vitrine.core.files.locks import held
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.gui.state.files import recovery as module
from vitrine.gui.state.files.beside import beside
from vitrine.gui.state.files.recovery import folder, left_behind
from vitrine.gui.window.main_window import MainWindow

__all__ = ["clouds", "make"]


def train(window: MainWindow, qtbot: Any) -> None:
    step = window.session.runs.step
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step > step and window.session.state == "paused", timeout=20_000)


def test_an_edit_is_kept_within_three_seconds(make: Make, qtbot: Any) -> None:
    window = make()
    assert not window.files.recovery.file.exists()
    window.document.set_part("name", "edited")
    began = time.monotonic()
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)
    assert time.monotonic() - began < 3.0
    assert load_project(window.files.recovery.file).experiment.name == "edited"
    window.document.undo_stack.undo()  # nothing is unsaved any more
    qtbot.waitUntil(lambda: not window.files.recovery.file.exists(), timeout=10_000)


def test_training_is_kept_and_saving_ends_it(make: Make, qtbot: Any, tmp_path: Path) -> None:
    window = make()
    train(window, qtbot)
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)
    assert of_file(window.files.recovery.file) == known(window, qtbot)
    window.document.path = tmp_path / "work.vitrine"
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: not window.files.recovery.file.exists(), timeout=10_000)
    assert of_file(tmp_path / "work.vitrine") == known(window, qtbot)


def test_that_of_a_living_window_is_not_offered(make: Make, qtbot: Any) -> None:
    """Neither to itself nor to another, whatever its process number."""
    window = make()
    window.document.set_part("name", "edited")
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)
    assert left_behind() == (None, [])


@pytest.mark.parametrize("name", ["0123456789abcdef", str(os.getpid()), "1", "999999999"], ids=["random", "own", "first", "absent"])
def test_that_of_a_dead_one_is(make: Make, name: str) -> None:
    """Also where its number, as older versions named files, is alive again or one's own."""
    leave(name, Project(experiment().replace(name="left")))
    found, damaged = left_behind()
    assert found is not None and found.name == "left" and not damaged


def test_a_damaged_newest_does_not_hide_an_older_good_one(make: Make, qtbot: Any) -> None:
    leave("a", Project(experiment().replace(name="old")), age=100)
    leave("b", Project(experiment().replace(name="good")), age=50)
    broken = leave("c", Project(experiment().replace(name="new")))
    broken.write_bytes(broken.read_bytes()[:400])
    assert offered(make(), qtbot).name == "good"


def test_if_none_can_be_read_it_is_said(make: Make, qtbot: Any) -> None:
    leave("a", Project(experiment())).write_bytes(b"PK\x03\x04")
    window = make()
    window.files.look_for_lost_work()
    qtbot.waitUntil(lambda: "can't be read" in window.messages.label.text(), timeout=10_000)


def test_restored_under_its_name_and_kept_until_it_is_safe(make: Make, qtbot: Any, tmp_path: Path) -> None:
    window = make()
    window.document.path = tmp_path / "work.vitrine"
    train(window, qtbot)
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)
    project, weights = load_project(window.files.recovery.file), known(window, qtbot)
    left = leave("dead", project)
    other = make()
    other.files.recovery._timer.stop()  # so that the moment between can be seen
    found = offered(other, qtbot)
    assert found.name == "work.vitrine"
    other.files.recover(found)
    assert other.windowTitle().startswith("work.vitrine") and other.isWindowModified()
    assert "restored, trained up to step 1" in other.messages.label.text()
    qtbot.waitUntil(lambda: other.session.runs.step == 1, timeout=10_000)
    assert left.exists() and known(other, qtbot) == weights
    assert left_behind() == (None, [])  # it is taken: no other window is offered it
    other.files.recovery.look()
    qtbot.waitUntil(lambda: not left.exists(), timeout=10_000)
    assert of_file(other.files.recovery.file) == weights
    other.commands["save"].trigger()
    qtbot.waitUntil((tmp_path / "work.vitrine").exists, timeout=10_000)
    assert of_file(tmp_path / "work.vitrine") == weights
    qtbot.waitUntil(lambda: not other.files._saving, timeout=10_000)  # a window that is saving does not close at once


@pytest.mark.parametrize("path", ["n" * 5000, "/a\0b.vitrine"], ids=["long", "null"])
def test_a_path_that_none_can_bear_hinders_nothing(make: Make, qtbot: Any, path: str) -> None:
    leave("odd", Project(experiment(), view={"path": path}))
    window = make()
    found = offered(window, qtbot)
    assert found.name == experiment().name
    window.files.recover(found)
    window.files.recovery.keep()
    qtbot.waitUntil(lambda: window.files.recovery._kept is not None, timeout=10_000)


def test_killed_again_before_it_was_written_again(make: Make, qtbot: Any) -> None:
    left = leave("dead", Project(experiment().replace(name="left")))
    window = make()
    window.files.recovery._timer.stop()
    window.files.recover(offered(window, qtbot))
    for _found, lock in window.files.recovery._taken_up:
        lock.close()  # what the system does for a process that is killed
    window.files.recovery._taken_up.clear()
    found, _ = left_behind()
    assert found is not None and found.file == left


def test_a_file_that_was_saved_later_is_not_overwritten(make: Make, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "work.vitrine"
    leave("dead", Project(experiment().replace(name="left"), view={"path": str(path)}), age=100)
    save_project(path, Project(experiment().replace(name="newer")))
    window = make()
    offered(window, qtbot)
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    assert window.document.path is None and window.document.experiment.name == "left"
    assert "saved after" in window.messages.label.text()


@pytest.mark.parametrize("there", [True, False], ids=["changed", "made"])
def test_a_file_that_another_saves_after_it_was_restored_is_not_replaced_unasked(
    make: Make, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: bool
) -> None:
    path, asked = tmp_path / "work.vitrine", []
    if there:
        save_project(path, Project(experiment().replace(name="old")))
        os.utime(path, (1e9, 1e9))
    leave("dead", Project(experiment().replace(name="left"), view={"path": str(path)}))
    window = make()
    window.files.recover(offered(window, qtbot))
    assert window.document.path == path and window.document.dirty
    save_project(path, Project(experiment().replace(name="theirs")))
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(box.text()) or QMessageBox.StandardButton.No)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: not window.files.saver.busy, timeout=10_000)
    assert len(asked) == 1 and load_project(path).experiment.name == "theirs" and window.document.dirty
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)


def test_what_cannot_be_kept_is_said_once(make: Make, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(module, "folder", lambda: tmp_path / "file" / "vitrine")
    window = make()
    said: list[str] = []
    window.files.recovery.message.connect(lambda _kind, text: said.append(text))
    for number in range(3):
        window.document.set_part("name", f"edit {number}")
        window.files.recovery.keep()
    assert len(said) == 1 and "Save often" in said[0]


def test_a_run_in_a_long_step_does_not_hold_up_the_edits(make: Make, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    window = make()
    train(window, qtbot)
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)
    weights = of_file(window.files.recovery.file)
    monkeypatch.setattr(window.session.runs.current.control, "ask", lambda _question: None)  # it does not come by
    window.document.set_part("name", "edited")
    began = time.monotonic()
    qtbot.waitUntil(lambda: load_project(window.files.recovery.file).experiment.name == "edited", timeout=10_000)
    assert time.monotonic() - began < 4.0 and of_file(window.files.recovery.file) == weights


def test_a_folder_that_was_cleared_is_filled_again(make: Make, qtbot: Any) -> None:
    """Under a lock that others see, with the run beside it, also where nothing changes any more."""
    window = make()
    train(window, qtbot)
    weights = known(window, qtbot)
    window.commands["reset"].trigger()
    recovery = window.files.recovery
    qtbot.waitUntil(lambda: bool(beside(recovery.file)) and recovery.file.exists() and recovery.beside.is_current, timeout=10_000)
    qtbot.waitUntil(lambda: recovery._under_way is None and not recovery.saver.busy, timeout=10_000)
    shutil.rmtree(folder())
    qtbot.waitUntil(lambda: recovery.file.exists() and bool(beside(recovery.file)), timeout=10_000)
    assert held(recovery.file.with_suffix(".lock")) and left_behind() == (None, [])
    assert of_file(beside(recovery.file)[0]) == weights


def test_a_lock_that_was_swept_away_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its making and its locking another window may have looked for locks of the dead."""
    swept = []

    def take(file: Any) -> bool:
        if not swept:
            swept.append(Path(file.name).unlink())
        return locks.take(file)

    monkeypatch.setattr(module, "take", take)
    lock = module._lock(tmp_path / "recovery-a.vitrine")
    assert held(tmp_path / "recovery-a.lock")
    lock.close()


def test_what_was_kept_while_a_file_was_saved_is_not_dropped_for_it(make: Make, qtbot: Any, tmp_path: Path) -> None:
    """The file has the weights of when it was asked for; the disk is slow, and training goes on."""
    window = make()
    recovery, disk = window.files.recovery, threading.Event()
    window.document.path = tmp_path / "work.vitrine"
    train(window, qtbot)
    saving = window.files.saver.save(window.document.path, lambda _saving: None)
    qtbot.waitUntil(lambda: not window.files.saver.busy, timeout=10_000)
    recovery.stop()
    train(window, qtbot)
    newest = known(window, qtbot)
    recovery.keep()
    qtbot.waitUntil(lambda: recovery._kept is not None, timeout=10_000)
    window.files.saver.writer.submit(lambda: disk.wait(30), lambda _done: None)
    window.files._saving += 1
    window.files._saved(saving)  # only now is it heard of
    assert window.document.dirty
    disk.set()
    qtbot.waitUntil(lambda: not window.files.saver.busy, timeout=10_000)
    assert of_file(recovery.file) == newest


def test_restored_work_is_not_given_up_for_what_was_there_before(make: Make, qtbot: Any) -> None:
    """Whose file was under way, and waits for a long step, when the other came."""
    left = leave("dead", Project(experiment().replace(name="left")))
    window = make()
    window.files.recovery.stop()
    found = offered(window, qtbot)
    Brittle.gate.clear()
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: Brittle.waiting, timeout=10_000)
    window.document.set_part("name", "before")
    window.files.recovery.keep()
    window.files.recover(found)
    assert window.document.experiment.name == "left"
    Brittle.gate.set()
    qtbot.waitUntil(lambda: window.files.recovery._under_way is None and not window.files.saver.busy, timeout=10_000)
    assert left.exists()
    window.files.recovery.keep()
    qtbot.waitUntil(lambda: not left.exists(), timeout=10_000)
    assert load_project(window.files.recovery.file).experiment.name == "left"
