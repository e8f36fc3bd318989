"""Large files, long steps and slow disks: the window lives on, nothing is lost, and it is said what is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from state_help import Brittle, Clouds, clouds, experiment, known, of_file, trained_file

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.gui.app import _fill, make_window
from vitrine.gui.state.files import reader as module
from vitrine.gui.window import files as files_module
from vitrine.gui.window.main_window import MainWindow

__all__ = ["clouds"]

AT_ONCE = 2.0  # seconds on a busy machine; what is waited for here would take for ever


class Answers:
    """Presses the button that is wanted whenever a question comes up, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.button = QMessageBox.StandardButton.Discard
        self.asked = 0
        monkeypatch.setattr(QMessageBox, "exec", self)

    def __call__(self, *_box: QMessageBox) -> QMessageBox.StandardButton:
        self.asked += 1
        return self.button


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    return Answers(monkeypatch)


@pytest.fixture
def window(clouds: type[Clouds], answers: Answers, qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    made = MainWindow(experiment())
    made.show()
    made.session.start()
    qtbot.waitUntil(lambda: made.session.state == "ready", timeout=20_000)
    made.document.path = tmp_path / "work.vitrine"
    yield made
    answers.button = QMessageBox.StandardButton.Discard
    made.close()
    qtbot.waitUntil(lambda: not made.isVisible(), timeout=10_000)  # what is being saved ends first
    made.deleteLater()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every file counts as large, and none is read before the gate opens."""
    opened = threading.Event()

    def load(path: Path, report: Callable[[float], object], *others: Any) -> Project:
        report(0.25)
        opened.wait(30)
        report(0.5)
        return load_project(path, report, *others)

    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(module, "load_project", load)
    yield opened
    opened.set()


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """Brittle layers wait in the middle of a step while this is not set."""
    Brittle.gate.clear()
    yield Brittle.gate
    Brittle.gate.set()


def stored(folder: Path, name: str) -> Path:
    path = folder / f"{name}.vitrine"
    save_project(path, Project(experiment().replace(name=name)))
    return path


def train(window: MainWindow, qtbot: Any) -> None:
    step = window.session.runs.step
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step > step and window.session.state == "paused", timeout=20_000)


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "vitrine-reading"]


# -- opening ----------------------------------------------------------------------------------------------------------------------


def test_a_large_file_is_read_while_the_window_lives(window: MainWindow, gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    path, trained = trained_file(tmp_path)
    assert window.files.open_path(path)
    assert window.document.experiment.name == "clouds" and window.session.runs.step == 0
    qtbot.waitUntil(lambda: window.status.progress.text() == "Opening work.vitrine: 25%", timeout=5_000)
    train(window, qtbot)  # the work before goes on
    gate.set()
    qtbot.waitUntil(lambda: window.session.runs.step == trained.step and window.session.state == "paused", timeout=10_000)
    assert known(window, qtbot) == of_file(path)
    assert window.document.path == path and not window.document.dirty and not window.status.progress.isVisible()


def test_reading_can_be_cancelled(window: MainWindow, gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    window.files.open_path(stored(tmp_path, "next"))
    qtbot.waitUntil(window.status.cancel.isVisible, timeout=5_000)
    qtbot.mouseClick(window.status.cancel, Qt.MouseButton.LeftButton)
    assert not window.files.reader.busy and not window.status.cancel.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not reading(), timeout=5_000)
    assert window.document.experiment.name == "clouds"


def test_who_opens_twice_gets_the_second(window: MainWindow, gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    window.files.open_path(stored(tmp_path, "first"))
    window.files.open_path(stored(tmp_path, "second"))
    gate.set()
    qtbot.waitUntil(lambda: window.document.experiment.name == "second" and not reading(), timeout=10_000)
    assert window.document.path == tmp_path / "second.vitrine"


def test_who_begins_anew_meanwhile_keeps_that(window: MainWindow, gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    window.files.open_path(stored(tmp_path, "next"))
    window.files.new(experiment().replace(name="new"))
    gate.set()
    qtbot.waitUntil(lambda: not reading(), timeout=10_000)
    assert not window.files.reader.busy and window.document.experiment.name == "new"


def test_what_was_trained_meanwhile_is_asked_about(
    window: MainWindow, gate: threading.Event, answers: Answers, qtbot: Any, tmp_path: Path
) -> None:
    """The work is left when the file is there, not before."""
    answers.button = QMessageBox.StandardButton.Cancel
    window.files.open_path(stored(tmp_path, "next"))
    train(window, qtbot)
    before = known(window, qtbot)
    gate.set()
    qtbot.waitUntil(lambda: answers.asked == 1, timeout=10_000)
    assert window.document.experiment.name == "clouds" and known(window, qtbot) == before


def test_a_large_file_that_is_damaged(window: MainWindow, gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    path = stored(tmp_path, "next")
    path.write_bytes(path.read_bytes()[:-50])
    gate.set()
    window.files.open_path(path)
    qtbot.waitUntil(lambda: "Not opened" in window.messages.label.text() and "damaged" in window.messages.label.text(), timeout=10_000)
    assert window.document.experiment.name == "clouds"


def test_closing_in_the_middle_of_reading(window: MainWindow, gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    window.files.open_path(stored(tmp_path, "next"))
    assert window.close()
    gate.set()
    qtbot.waitUntil(lambda: not reading(), timeout=5_000)
    assert window.document.experiment.name == "clouds"


# -- leaving ----------------------------------------------------------------------------------------------------------------------


def test_closing_waits_for_a_slow_disk_with_a_living_window(window: MainWindow, answers: Answers, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    before, disk = known(window, qtbot), threading.Event()
    window.files.saver.writer.submit(lambda: disk.wait(30), lambda _done: None)
    window.commands["save"].trigger()
    began = time.monotonic()
    assert not window.close() and time.monotonic() - began < AT_ONCE
    assert window.isVisible() and window.status.progress.text() == "Saving work.vitrine…"
    window.commands["open"].setEnabled(True)
    disk.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert of_file(tmp_path / "work.vitrine") == before and not answers.asked


def test_who_closes_and_then_opens_stays(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """Of what waits for a file being saved the last wish counts."""
    train(window, qtbot)
    disk = threading.Event()
    window.files.saver.writer.submit(lambda: disk.wait(30), lambda _done: None)
    window.commands["save"].trigger()
    window.close()
    window.files.open_path(stored(tmp_path, "next"))
    disk.set()
    qtbot.waitUntil(lambda: window.document.experiment.name == "next", timeout=10_000)
    assert window.isVisible()


def test_a_save_that_fails_keeps_the_window(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    before, disk = known(window, qtbot), threading.Event()
    window.document.path = tmp_path / "no such folder" / "work.vitrine"
    window.files.saver.writer.submit(lambda: disk.wait(30), lambda _done: None)
    window.commands["save"].trigger()
    window.close()
    disk.set()
    qtbot.waitUntil(lambda: "Not saved" in window.messages.label.text(), timeout=10_000)
    assert window.isVisible() and known(window, qtbot) == before and window.document.dirty


def test_closing_does_not_wait_for_a_long_step(
    window: MainWindow, stuck: threading.Event, answers: Answers, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: Brittle.waiting, timeout=10_000)
    window.document.set_part("name", "edited")
    began = time.monotonic()
    assert window.close() and answers.asked == 1
    assert time.monotonic() - began < AT_ONCE and not window.isVisible()
    assert not window.end(0.05)  # what the program does next, without a window
    stuck.set()
    assert window.end(10)


def test_saving_says_that_it_waits_for_a_long_step(
    window: MainWindow, stuck: threading.Event, answers: Answers, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when that is the answer to the question on leaving."""
    monkeypatch.setattr(files_module, "PATIENCE_MS", 100)
    stuck.set()
    train(window, qtbot)
    stuck.clear()
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: Brittle.waiting, timeout=10_000)
    answers.button = QMessageBox.StandardButton.Save
    assert not window.close()
    qtbot.waitUntil(lambda: "waits for the training step under way" in window.status.progress.text(), timeout=5_000)
    assert window.isVisible()
    window.session.pause()
    stuck.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    found = of_file(tmp_path / "work.vitrine")
    assert found is not None and found[0] >= 1


def test_an_edit_is_kept_though_a_save_waits_for_a_long_step(window: MainWindow, stuck: threading.Event, qtbot: Any) -> None:
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: Brittle.waiting, timeout=10_000)
    window.commands["save"].trigger()
    window.document.set_part("name", "edited")
    began = time.monotonic()
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)
    assert time.monotonic() - began < 4.0
    assert load_project(window.files.recovery.file).experiment.name == "edited"
    window.session.pause()
    stuck.set()
    qtbot.waitUntil(lambda: not window.files._saving, timeout=10_000)


def test_questions_leave_nothing_behind(window: MainWindow, answers: Answers, qtbot: Any) -> None:
    """A dialog is a child of the window: it must not stay as long as that."""
    window.document.set_part("name", "edited")
    answers.button = QMessageBox.StandardButton.Cancel
    for _ in range(3):
        assert not window.close()
    assert answers.asked == 3
    qtbot.waitUntil(lambda: window.findChildren(QMessageBox) == [], timeout=5_000)


def test_a_large_project_named_at_the_start_is_opened(clouds: type[Clouds], gate: threading.Event, qtbot: Any, tmp_path: Path) -> None:
    """It is yet being read when the window comes alive with its first example."""
    path, trained = trained_file(tmp_path)
    window = make_window()
    window.show()
    _fill(window, str(path))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    gate.set()
    qtbot.waitUntil(lambda: window.session.state == "paused" and window.session.runs.step == trained.step, timeout=20_000)
    assert window.document.path == path
    window.close()
    window.deleteLater()
