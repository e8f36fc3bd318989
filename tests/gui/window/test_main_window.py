"""The real window, driven as a user drives it: first start, keys, saving and resuming, closing while training."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QMessageBox, QToolButton

from vitrine.gui.app import make_window
from vitrine.gui.window.files import file_name
from vitrine.gui.window.main_window import MainWindow

READY = ("ready", "paused")


def leave_unsaved(window: MainWindow) -> None:
    """As if the user had said that nothing need be saved."""
    window._leaving = True


@pytest.fixture
def make(qtbot: Any) -> Iterator[Callable[[], MainWindow]]:
    made: list[MainWindow] = []

    def build() -> MainWindow:
        window = make_window()
        made.append(window)
        window.resize(1600, 1000)
        with qtbot.waitExposed(window):
            window.show()
        window.fill()
        qtbot.waitUntil(lambda: window.session.state in READY, timeout=30_000)
        return window

    yield build
    for window in made:
        leave_unsaved(window)
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make: Callable[[], MainWindow]) -> MainWindow:
    return make()


def said(window: MainWindow) -> str:
    """What the message bar shows."""
    return window.messages.label.text() if window.messages.isVisible() else ""


def answer_box(button: QMessageBox.StandardButton) -> None:
    """Press a button of the dialog that comes up next."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            box.button(button).click()
        else:
            QTimer.singleShot(20, press)

    QTimer.singleShot(0, press)


def weights(window: MainWindow, qtbot: Any) -> dict[str, np.ndarray]:
    answers: list[Any] = []
    assert window.session.ask(lambda trainer: trainer.network.arrays(), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    return answers[0]


def test_first_start_is_ready_and_shows_the_network_before_training(window: MainWindow, qtbot: Any) -> None:
    assert "Digits" in window.windowTitle()
    assert "Space" in window.status.text.text()
    assert not window.document.dirty
    qtbot.waitUntil(lambda: any(card.thumbnail is not None for card in window.canvas.network.cards.values()), timeout=10_000)


def test_another_experiment_ends_what_was_said_of_the_last(window: MainWindow) -> None:
    window.commands["describe"].trigger()
    assert window.document.experiment.description in said(window)
    window.commands["new"].trigger()
    assert said(window) == "" and "Input" in [type(n.layer).__name__ for n in window.document.graph.nodes]
    window.commands["describe"].trigger()
    assert "no description" in said(window)


def test_nothing_moves_when_a_run_begins(window: MainWindow, qtbot: Any) -> None:
    """The bar's widgets keep their places under all names of the run button and all numbers."""
    places = {w.objectName(): w.geometry() for w in window.run_bar.findChildren(QToolButton)}
    docks = {d.objectName(): d.geometry() for d in window.findChildren(QDockWidget)}
    window.session.run()
    qtbot.waitUntil(lambda: window.session.runs.step >= 10, timeout=30_000)
    assert {w.objectName(): w.geometry() for w in window.run_bar.findChildren(QToolButton)} == places
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    window.show_message("error", "Something long to say. " * 40)
    assert {w.objectName(): w.geometry() for w in window.run_bar.findChildren(QToolButton)} == places
    assert {d.objectName(): d.geometry() for d in window.findChildren(QDockWidget)} == docks


def test_the_first_layout_fits_a_small_screen(qtbot: Any) -> None:
    """No panel, shown or behind another, widens the window or takes its neighbours' room."""
    window = make_window()
    window.resize(1280, 720)
    with qtbot.waitExposed(window):
        window.show()
    window.fill()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
    assert (window.width(), window.height()) == (1280, 720)
    front = [p for p in window.docks.panels.values() if not p.behind]
    assert len(front) >= 4 and all(p.isVisible() and p.width() >= 200 for p in front)
    assert window.canvas.width() >= 600 and window.palette_.tree.height() >= 200
    leave_unsaved(window)
    window.close()
    window.deleteLater()


def test_the_layout_is_remembered(make: Callable[[], MainWindow]) -> None:
    """Closed panels stay closed, also those that shared their place with others; floating ones float."""
    window = make()
    for name in ("predictions", "feature_maps"):
        window.docks.docks[name].close()
    window.side_docks["palette"].close()
    window.docks.docks["curves"].setFloating(True)
    leave_unsaved(window)
    window.close()
    again = make()
    closed = {name for name, dock in again.docks.docks.items() if dock.isHidden()}
    assert closed == {"predictions", "feature_maps"} and again.side_docks["palette"].isHidden()
    assert again.docks.docks["curves"].isFloating()
    again.commands["reset_layout"].trigger()
    assert not any(dock.isHidden() for dock in again.docks.docks.values()) and not again.docks.docks["curves"].isFloating()
    assert again.docks.panels["predictions"].isVisible()


def test_a_long_status_ends_in_an_ellipsis(window: MainWindow) -> None:
    width = window.minimumSizeHint().width()
    window.document.rename_node("dense_1", "a_layer_with_a_name_that_goes_on_and_on" * 2)
    long = next(n.id for n in window.document.graph.nodes if n.id.startswith("a_layer"))
    window.document.set_layer(long, window.document.graph[long].layer.replace(units=7))
    assert long in window.status.text.text() and window.status.text.toolTip() == window.status.text.text()
    assert window.status.text.minimumSizeHint().width() < 100 and window.minimumSizeHint().width() <= width


def test_a_run_that_cannot_start_says_why_and_offers_the_remedy(window: MainWindow, qtbot: Any) -> None:
    units = window.document.graph["dense_1"].layer.replace(units=7)
    window.document.set_layer("dense_1", units)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert "can't start" in said(window) and "10 classes" in said(window)
    assert window.document.selection == ["dense_1"]
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    assert window.document.graph["dense_1"].layer.units == 10
    window.document.set_layer("dense_1", units)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready" and said(window) == "", timeout=10_000)


def test_space_runs_and_pauses(window: MainWindow, qtbot: Any) -> None:
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.runs.step >= 10, timeout=30_000)
    assert window.commands["run"].text() == "Pause"
    assert window.run_bar.readouts["step"].value.text() not in ("–", "0")
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert window.commands["run"].text() == "Resume"


def test_the_run_button_and_step_buttons(window: MainWindow, qtbot: Any) -> None:
    step = window.run_bar.findChild(QToolButton, "step_batch_button")
    qtbot.mouseClick(step, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.runs.step == 1, timeout=10_000)
    run = window.run_bar.findChild(QToolButton, "run_button")
    qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state == "running" and window.session.runs.step > 3, timeout=10_000)
    qtbot.waitUntil(lambda: not step.isEnabled(), timeout=5_000)
    qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    reset = window.run_bar.findChild(QToolButton, "reset_button")
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state == "ready" and window.session.runs.step == 0, timeout=10_000)


def test_learning_rate_field(window: MainWindow, qtbot: Any) -> None:
    field = window.run_bar.rate
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.005")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.experiment.optimizer.learning_rate == 0.005
    field.selectAll()
    qtbot.keyClicks(field, "-1")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.experiment.optimizer.learning_rate == 0.005
    assert "above 0" in said(window)
    window.commands["undo"].trigger()
    assert field.text() != "0.005"


def test_deleting_and_undoing_gives_the_network_back(window: MainWindow, qtbot: Any) -> None:
    graph = window.document.graph
    window.document.select(["dropout_1"])
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert "dropout_1" not in window.document.graph
    assert "dropout_1" not in window.canvas.network.cards
    window.commands["undo"].trigger()
    assert window.document.graph == graph
    assert "dropout_1" in window.canvas.network.cards


def test_saves_reopens_and_resumes_exactly(make: Callable[[], MainWindow], qtbot: Any, tmp_path: Path) -> None:
    window = make()
    path = tmp_path / "work.vitrine"
    for _ in range(3):
        step = window.session.runs.step
        window.commands["step_batch"].trigger()
        qtbot.waitUntil(lambda step=step: window.session.runs.step == step + 1 and window.session.state == "paused", timeout=10_000)
    window.document.path = path
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: path.exists() and not window.document.dirty, timeout=10_000)
    window.commands["step_epoch"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.epoch == 1 and window.session.state == "paused", timeout=30_000)
    expected = weights(window, qtbot)

    other = make()
    assert other.files.open_path(path)
    qtbot.waitUntil(lambda: other.session.state == "paused" and other.session.runs.step == 3, timeout=30_000)
    assert not other.document.dirty
    other.commands["step_epoch"].trigger()
    qtbot.waitUntil(lambda: other.session.runs.epoch == 1 and other.session.state == "paused", timeout=30_000)
    found = weights(other, qtbot)
    assert all(np.array_equal(expected[key], found[key]) for key in expected)


def test_a_damaged_file_is_said_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.vitrine"
    path.write_bytes(b"PK\x03\x04 not a zip")
    before = window.document.experiment
    assert not window.files.open_path(path)
    assert window.document.experiment is before
    assert "broken.vitrine" in said(window)


def test_closing_with_unsaved_work_asks(window: MainWindow, qtbot: Any) -> None:
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.document.dirty, timeout=10_000)
    answer_box(QMessageBox.StandardButton.Cancel)
    assert not window.close()
    assert window.isVisible()
    answer_box(QMessageBox.StandardButton.Discard)
    assert window.close()


def test_work_of_a_crashed_process_is_offered(make: Callable[[], MainWindow], qtbot: Any) -> None:
    window = make()
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 1 and window.session.state == "paused", timeout=10_000)
    own = window.files.recovery.file
    qtbot.waitUntil(own.exists, timeout=10_000)
    dead = own.with_name("recovery-0123456789abcdef.vitrine")  # no living process holds its lock
    dead.write_bytes(own.read_bytes())
    other = make()
    qtbot.waitUntil(lambda: "unsaved work" in said(other), timeout=10_000)
    qtbot.mouseClick(other.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: other.session.runs.step == 1, timeout=30_000)
    assert other.document.dirty
    qtbot.waitUntil(lambda: not dead.exists(), timeout=10_000)
    assert other.files.recovery.file.exists()  # only then was it given up
    assert dead not in other.settings.recent()


def test_saving_first_goes_on_to_what_was_asked_for(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.document.dirty and window.session.state == "paused", timeout=10_000)
    window.document.path = tmp_path / "kept.vitrine"
    answer_box(QMessageBox.StandardButton.Save)
    window.commands["new"].trigger()
    qtbot.waitUntil(lambda: len(window.document.graph.nodes) == 1, timeout=10_000)
    assert (tmp_path / "kept.vitrine").exists()
    assert window.document.path is None and not window.document.dirty


@pytest.mark.parametrize(
    ("name", "file"),
    [("Linear regression: food truck", "Linear regression food truck"), ("a/b", "a b"), ("..", "Untitled"), ("", "Untitled")],
)
def test_names_become_file_names(name: str, file: str) -> None:
    assert file_name(name) == file


def test_opens_trains_and_closes_eight_times(make: Callable[[], MainWindow], qtbot: Any) -> None:
    before = {t for t in threading.enumerate()}
    for _ in range(8):
        window = make()
        window.session.run()
        qtbot.waitUntil(lambda w=window: w.session.runs.step >= 3, timeout=30_000)
        leave_unsaved(window)
        window.document.blockSignals(True)
        window.close()
        assert window.end(10)
        assert not [t for t in threading.enumerate() if t not in before and t.name.startswith("vitrine-training")]


def test_the_shown_loss_says_that_it_leaves_the_penalty_out(window: MainWindow, qtbot: Any) -> None:
    document = window.document
    assert "without" not in window.run_bar.readouts["loss"].toolTip()
    regularizer = type(document.experiment).from_json({**document.experiment.to_json(), "regularizer": {"type": "L2"}}).regularizer
    document.set_part("regularizer", regularizer)
    assert "without the penalty (L2)" in window.run_bar.readouts["loss"].toolTip()
    window.commands["step_epoch"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.epoch == 1 and window.session.state == "paused", timeout=30_000)
    qtbot.waitUntil(lambda: window.docks.panels["curves"].charts[0].title == "Loss, without penalty", timeout=5_000)


def test_loading_can_be_cancelled_and_begun_again(window: MainWindow, qtbot: Any) -> None:
    window.commands["reset"].trigger()
    assert window.session.state == "preparing"
    assert window.status.cancel.isVisible()
    qtbot.mouseClick(window.status.cancel, Qt.MouseButton.LeftButton)
    assert window.session.state == "blocked" and not window.status.cancel.isVisible()
    assert "cancelled" in said(window)
    window.commands["reset"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
