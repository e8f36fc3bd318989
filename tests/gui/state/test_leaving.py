"""Leaving the work for another: what was learnt up to the moment of choosing is asked about, and what is kept is all of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox
from saving_help import build, in_file, make, saved, train, weights, window
from state_help import Brittle, clouds, experiment, fingerprint, of_file

from vitrine.core.files.project import Project, save_experiment, save_project
from vitrine.gui.state.files import reader as reader_module
from vitrine.gui.state.files.recovery import Found, folder
from vitrine.gui.window.examples import empty_experiment
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]

BUTTONS = QMessageBox.StandardButton


class Questions:
    """Presses `button` whenever it is asked about unsaved work; `meanwhile` is what happens before that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.button, self.asked = BUTTONS.Cancel, 0
        self.meanwhile: Callable[[], object] = lambda: None
        monkeypatch.setattr(QMessageBox, "exec", self)

    def __call__(self, *_box: QMessageBox) -> QMessageBox.StandardButton:
        self.asked += 1
        self.meanwhile()
        return self.button


@pytest.fixture
def questions(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Questions(monkeypatch)
    yield made
    made.button, made.meanwhile = BUTTONS.Discard, lambda: None


def stored(folder: Path) -> Path:
    path = folder / "next.vitrine"
    save_project(path, Project(experiment().replace(name="next")))
    return path


def learn(window: MainWindow, qtbot: Any) -> None:
    """Training begins and goes on."""
    window.session.run()
    qtbot.waitUntil(lambda: window.session.state == "running" and window.session.runs.step > 10, timeout=10_000)


def no_tick_yet(window: MainWindow) -> None:
    """Training begins and takes some steps of which the window has not heard yet."""
    window.session._timer.stop()
    worker, moment = window.session.runs.current.worker, threading.Event()
    assert worker is not None and worker.trainer is not None
    before = worker.trainer.step
    window.session.run()
    for _ in range(1000):
        if worker.trainer.step > before + 3:
            break
        moment.wait(0.01)
    assert worker.trainer.step > before + 3


def open_by_dialog(window: MainWindow, folder: Path, meanwhile: Callable[[], object], patch: pytest.MonkeyPatch) -> None:
    def choose(*_: object) -> tuple[str, str]:
        meanwhile()
        return str(stored(folder)), ""

    patch.setattr(QFileDialog, "getOpenFileName", choose)
    window.commands["open"].trigger()


def open_recent(window: MainWindow, folder: Path, meanwhile: Callable[[], object], _patch: pytest.MonkeyPatch) -> None:
    window.settings.add_recent(stored(folder))
    window._fill_recent()
    window.recent_menu.aboutToShow.connect(meanwhile)
    window.recent_menu.aboutToShow.emit()
    window.recent_menu.actions()[0].trigger()


def open_example(window: MainWindow, folder: Path, meanwhile: Callable[[], object], _patch: pytest.MonkeyPatch) -> None:
    meanwhile()
    window.examples_menu.actions()[0].menu().actions()[0].trigger()  # type: ignore[union-attr]


def new(window: MainWindow, _folder: Path, meanwhile: Callable[[], object], _patch: pytest.MonkeyPatch) -> None:
    meanwhile()
    window.commands["new"].trigger()


def restore(window: MainWindow, _folder: Path, meanwhile: Callable[[], object], _patch: pytest.MonkeyPatch) -> None:
    found = left()
    meanwhile()
    window.files.recover(found)


def left() -> Found:
    file = folder() / "recovery-ffff.vitrine"
    file.parent.mkdir(parents=True, exist_ok=True)
    save_project(file, Project(empty_experiment().replace(name="lost")))
    return Found(file, file.stat().st_mtime, "lost", 0, None)


WAYS = (open_by_dialog, open_recent, open_example, new, restore)


@pytest.mark.parametrize("meanwhile", [learn, no_tick_yet], ids=["training", "unheard"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_learnt_while_choosing_is_asked_about(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, questions: Questions, way: Any, meanwhile: Any
) -> None:
    """The work was saved when the choosing began."""
    train(window, qtbot)
    saved(window, qtbot)
    assert not window.document.dirty
    run = window.session.runs.current
    way(window, tmp_path, lambda: meanwhile(window, qtbot) if meanwhile is learn else meanwhile(window), monkeypatch)
    assert questions.asked == 1
    assert window.session.runs.current is run and run.control.running and window.document.experiment.name == "clouds"
    window.session._timer.start()


def test_a_file_is_not_shown_below_an_open_question(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, questions: Questions
) -> None:
    """Its work would be the one that the answer is about."""
    monkeypatch.setattr(reader_module, "SMALL", 0)
    dialog = QDialog(window)
    dialog.setModal(True)
    dialog.show()
    window.files.open_path(stored(tmp_path))
    qtbot.waitUntil(lambda: window.files.reader._reading is not None and window.files.reader._reading[0].over, timeout=5_000)
    with qtbot.waitSignals([window.files.reader._timer.timeout] * 3):
        pass
    assert window.document.experiment.name == "clouds"
    dialog.close()
    qtbot.waitUntil(lambda: window.document.experiment.name == "next", timeout=5_000)


# -- the answer is Save -----------------------------------------------------------------------------------------------------------


def test_saved_on_leaving_is_the_very_last_step(window: MainWindow, qtbot: Any, tmp_path: Path, questions: Questions) -> None:
    """However long the disk takes: nothing is learnt behind the back of the file."""
    disk = threading.Event()
    window.files.saver.writer.submit(lambda: disk.wait(30), lambda _done: None)
    learn(window, qtbot)
    run, questions.button = window.session.runs.current, BUTTONS.Save
    questions.meanwhile = lambda: qtbot.waitUntil(
        lambda step=window.session.runs.step: window.session.runs.step > step + 10, timeout=10_000
    )
    window.close()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    disk.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert window.end(10)
    run.take_events()
    assert run.trained is not None and fingerprint(run.trained) == of_file(tmp_path / "work.vitrine")
    assert questions.asked == 1


def test_an_edit_while_the_last_file_is_written_is_asked_about(
    window: MainWindow, qtbot: Any, tmp_path: Path, questions: Questions
) -> None:
    train(window, qtbot)
    disk = threading.Event()
    window.files.saver.writer.submit(lambda: disk.wait(30), lambda _done: None)
    questions.button = BUTTONS.Save
    window.close()
    window.document.set_part("name", "edited")
    questions.button = BUTTONS.Cancel
    disk.set()
    qtbot.waitUntil(lambda: questions.asked == 2, timeout=10_000)
    assert window.isVisible() and window.document.dirty


def test_weights_that_could_not_be_had_are_no_reason_to_leave(window: MainWindow, qtbot: Any, tmp_path: Path, questions: Questions) -> None:
    """ "Saved, but with older weights": it is asked again."""
    train(window, qtbot)
    Brittle.gate.clear()
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: Brittle.waiting, timeout=10_000)
    questions.button = BUTTONS.Save
    window.close()
    (saving,) = window.files.saver._waiting
    questions.button = BUTTONS.Cancel
    window.files.saver.hurry(saving)
    qtbot.waitUntil(lambda: window.messages.label.text().startswith("Saved work.vitrine, but"), timeout=10_000)
    Brittle.gate.set()
    qtbot.waitUntil(lambda: questions.asked == 2, timeout=10_000)
    assert window.isVisible() and window.document.dirty


def test_training_goes_on_where_the_last_file_could_not_be_written(
    window: MainWindow, qtbot: Any, tmp_path: Path, questions: Questions
) -> None:
    learn(window, qtbot)
    window.document.path = tmp_path / "no such folder" / "work.vitrine"
    questions.button = BUTTONS.Save
    offered: list[Found] = []
    window.files.recovery.offered.connect(offered.append)
    found = left()
    window.files.recover(found)
    qtbot.waitUntil(lambda: window.messages.label.text().startswith("Not saved"), timeout=10_000)
    assert offered == [found]
    step = window.session.runs.step
    qtbot.waitUntil(lambda: window.session.state == "running" and window.session.runs.step > step + 10, timeout=10_000)


def test_who_gives_up_naming_the_file_stays(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, questions: Questions
) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    window.document.path = None
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    questions.button = BUTTONS.Save
    offered: list[Found] = []
    window.files.recovery.offered.connect(offered.append)
    found = left()
    window.files.recover(found)
    assert offered == [found] and weights(window, qtbot) == before
    assert not window.close() and weights(window, qtbot) == before


def test_who_gives_up_naming_the_file_goes_on_training(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, questions: Questions
) -> None:
    """Also where the pause has not been heard of yet."""
    learn(window, qtbot)
    window.document.path = None
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    questions.button = BUTTONS.Save
    assert not window.close()
    for _ in range(3):
        step = window.session.runs.step
        qtbot.waitUntil(lambda step=step: window.session.state == "running" and window.session.runs.step > step + 10, timeout=10_000)


def test_bare_experiments_are_left_too(window: MainWindow, qtbot: Any, tmp_path: Path, questions: Questions) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    save_experiment(tmp_path / "bare.json", experiment().replace(name="bare"))
    questions.button = BUTTONS.Save
    window.files.open_path(tmp_path / "bare.json")
    qtbot.waitUntil(lambda: window.document.experiment.name == "bare", timeout=10_000)
    assert in_file(tmp_path / "work.vitrine") == before


# -- the file is another's by now -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "saved"])
def test_a_file_that_another_wrote_is_not_replaced_unasked(
    window: MainWindow, make: Callable[[], MainWindow], qtbot: Any, tmp_path: Path, questions: Questions, opened: bool
) -> None:
    """Two windows on one file: the second to save would throw away what the first one trained."""
    path = tmp_path / "work.vitrine"
    train(window, qtbot, 1)
    saved(window, qtbot)
    if opened:
        window.files.open_path(path)
        qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    other = make()
    train(other, qtbot, 5)
    other.commands["save"].trigger()
    qtbot.waitUntil(lambda: not other.files.saver.busy and not other.document.dirty, timeout=10_000)
    theirs = of_file(path)
    train(window, qtbot, 1)
    questions.button = BUTTONS.No
    window.commands["save"].trigger()
    assert questions.asked == 1 and window.document.dirty and not window.files.saver.busy and of_file(path) == theirs
    questions.button = BUTTONS.Yes
    for asked in (2, 2):  # asked once, then it is ours again
        window.commands["save"].trigger()
        qtbot.waitUntil(lambda: not window.files.saver.busy and not window.document.dirty, timeout=10_000)
        assert questions.asked == asked and of_file(path) != theirs
        train(window, qtbot, 1)
    path.unlink()
    window.commands["save"].trigger()
    qtbot.waitUntil(path.exists, timeout=10_000)
    assert questions.asked == 2


def test_a_protected_file_is_not_replaced(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "work.vitrine"
    train(window, qtbot, 1)
    saved(window, qtbot)
    before = of_file(path)
    path.chmod(0o444)
    train(window, qtbot, 1)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: "it is write-protected" in window.messages.label.text(), timeout=10_000)
    assert of_file(path) == before and window.document.dirty
    path.chmod(0o644)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: not window.document.dirty, timeout=10_000)
    assert of_file(path) != before
