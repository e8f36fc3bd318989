"""Saving, undoing and two verbs within a blink, as a user does them; the file is read back from disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from state_help import Brittle, Clouds, clouds, experiment

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.gui.window.main_window import MainWindow

__all__ = ["clouds"]

Make = Callable[[], MainWindow]


@pytest.fixture
def make(clouds: type[Clouds], qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    made: list[MainWindow] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)

    def build() -> MainWindow:
        window = MainWindow(experiment())
        made.append(window)
        window.show()
        window.session.start()
        qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
        window.document.path = tmp_path / "work.vitrine"
        return window

    yield build
    Clouds.gate.set()
    for window in made:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make: Make) -> MainWindow:
    return make()


def train(window: MainWindow, qtbot: Any, steps: int = 4) -> None:
    for _ in range(steps):
        step = window.session.step
        window.commands["step_batch"].trigger()
        qtbot.waitUntil(lambda step=step: window.session.step > step and window.session.state == "paused", timeout=20_000)


def weights(window: MainWindow, qtbot: Any) -> str:
    answers: list[Any] = []
    assert window.session.ask(lambda trainer: trainer.network.arrays(), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    return weights_sha256(answers[0])


def saved(window: MainWindow, qtbot: Any) -> str:
    """Press Ctrl+S; what the file then holds, "" without weights."""
    path = window.document.path
    assert path is not None
    path.unlink(missing_ok=True)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: path.exists() and not window.files.saver.busy, timeout=10_000)
    return in_file(path)


def in_file(path: Path) -> str:
    checkpoint = load_project(path).checkpoint
    return weights_sha256(checkpoint.weights) if checkpoint is not None else ""


def change(window: MainWindow, units: int, node: str = "brittle_1") -> None:
    window.document.set_layer(node, window.document.graph[node].layer.replace(units=units))


def forget_data(window: MainWindow) -> None:
    window.session.source._kept = (None, None)


# -- the state does not matter ----------------------------------------------------------------------------------------------------


def test_saved_while_it_is_prepared(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    assert saved(window, qtbot) == weights(window, qtbot)
    before = in_file(tmp_path / "work.vitrine")
    forget_data(window)
    Clouds.gate.clear()
    assert window.files.open_path(tmp_path / "work.vitrine")
    assert window.session.state == "preparing"
    assert saved(window, qtbot) == before


def test_saved_with_a_broken_network(window: MainWindow, qtbot: Any) -> None:
    """And what is opened again goes on with the weights once the network is mended."""
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 7, "dense_1")
    qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=10_000)
    assert saved(window, qtbot) == before
    assert window.document.path is not None
    assert window.files.open_path(window.document.path)
    assert window.session.state == "blocked" and window.document.graph["dense_1"].layer.units == 7  # type: ignore[attr-defined]
    assert saved(window, qtbot) == before
    change(window, 2, "dense_1")
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=20_000)
    assert weights(window, qtbot) == before and window.session.step == 4


def test_saved_right_after_an_edit(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 5)
    assert saved(window, qtbot) == before
    assert load_project(window.document.path or "").experiment == window.document.experiment


def test_saved_after_a_failure(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    Brittle.broken = True
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "failed", timeout=10_000)
    assert saved(window, qtbot) == before
    Brittle.broken = False
    window.commands["step_batch"].trigger()  # and training goes on from there
    qtbot.waitUntil(lambda: window.session.step == 5 or window.session.state == "running", timeout=10_000)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused" and window.session.step >= 5, timeout=10_000)


def test_saved_when_the_run_could_not_be_prepared(window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    train(window, qtbot)
    before = saved(window, qtbot)
    forget_data(window)
    assert window.document.path is not None
    with monkeypatch.context() as patch:
        patch.setattr(Clouds, "load", lambda _self: 1 / 0)
        assert window.files.open_path(window.document.path)
        qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=10_000)
        assert saved(window, qtbot) == before
        window.document.set_part("name", "renamed")
        assert saved(window, qtbot) == before

    def goes_on() -> bool:
        if window.session.state == "blocked":  # also by the preparation that the new name began while they were gone
            window.commands["run"].trigger()
        return window.session.step > 4

    qtbot.waitUntil(goes_on, timeout=10_000)  # the data are back: the run goes on where it was
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)


def test_saved_while_loading_was_cancelled(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    before = saved(window, qtbot)
    forget_data(window)
    Clouds.gate.clear()
    window.files.open_path(tmp_path / "work.vitrine")
    window.session.cancel_preparing()
    assert saved(window, qtbot) == before
    Clouds.gate.set()


def test_what_cannot_be_written_is_said_and_stays_unsaved(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    said: list[str] = []
    window.files.message.connect(lambda kind, text: said.append(f"{kind} {text}"))
    window.document.path = tmp_path / "no such folder" / "work.vitrine"
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: any("error Not saved" in text for text in said), timeout=10_000)
    assert window.document.dirty and not any("Saved" in text for text in said)


# -- two verbs within a blink -----------------------------------------------------------------------------------------------------


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
    qtbot.waitUntil(lambda: window.session.step == 4 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before


def test_undo_then_save(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """The file gets the run that undo brings back, not the one that it ends."""
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 5)
    qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    train(window, qtbot, 3)
    window.commands["undo"].trigger()
    assert saved(window, qtbot) == before
    qtbot.waitUntil(lambda: window.session.step == 4 and window.session.state == "paused", timeout=10_000)
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


# -- undo -------------------------------------------------------------------------------------------------------------------------


def test_undo_of_an_edit_brings_back_weights_optimizer_and_record(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 5)
    qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    train(window, qtbot, 3)
    later = weights(window, qtbot)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.step == 4 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before
    slots: list[Any] = []
    window.session.ask(lambda trainer: (trainer.optimizer.step, trainer.history.steps.count), slots.append)
    qtbot.waitUntil(lambda: bool(slots), timeout=10_000)
    assert slots == [(4, 4)]
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: window.session.step == 7 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == later


def test_training_goes_on_when_an_edit_is_undone(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    window.commands["run"].trigger()
    for do in (lambda: change(window, 5), window.commands["undo"].trigger):
        do()
        qtbot.waitUntil(lambda: window.session.current.experiment == window.document.experiment, timeout=10_000)
        step = window.session.step
        qtbot.waitUntil(lambda step=step: window.session.state == "running" and window.session.step > step + 5, timeout=10_000)


def test_two_undos_at_once(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    for units in (5, 6):
        change(window, units)
        qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
        qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.current.experiment == window.document.experiment, timeout=10_000)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before


def test_a_number_typed_digit_by_digit_and_typed_back(window: MainWindow, qtbot: Any) -> None:
    """One step of undo; typing the old number again gives the old weights, not drawn ones."""
    train(window, qtbot)
    before = weights(window, qtbot)
    layer = window.document.graph["brittle_1"].layer
    for units in (1, 12, 4):
        window.document.set_layer("brittle_1", layer.replace(units=units), merge="units")
        qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
        qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before and window.document.undo_stack.count() == 1


def test_edits_with_training_between_them_are_undone_one_by_one(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    known = [weights(window, qtbot)]
    layer = window.document.graph["brittle_1"].layer
    for units in (5, 6):
        window.document.set_layer("brittle_1", layer.replace(units=units), merge="units")
        qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
        qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
        train(window, qtbot, 2)
        known.append(weights(window, qtbot))
    for expected in (known[1], known[0]):
        window.commands["undo"].trigger()
        qtbot.waitUntil(lambda: window.session.current.experiment == window.document.experiment, timeout=10_000)
        qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
        assert weights(window, qtbot) == expected


def test_new_weights_and_reset_are_undone_and_redone(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    trained = weights(window, qtbot)
    for command in ("reset", "new_weights"):
        window.commands[command].trigger()
        qtbot.waitUntil(lambda: window.session.state == "ready" and window.session.step == 0, timeout=10_000)
        first = weights(window, qtbot)
        window.commands["undo"].trigger()
        qtbot.waitUntil(lambda: window.session.step == 4 and window.session.state == "paused", timeout=10_000)
        assert weights(window, qtbot) == trained
        window.commands["redo"].trigger()
        qtbot.waitUntil(lambda: window.session.state == "ready" and window.session.step == 0, timeout=10_000)
        assert weights(window, qtbot) == first
        window.commands["undo"].trigger()
        qtbot.waitUntil(lambda: window.session.step == 4 and window.session.state == "paused", timeout=10_000)


def test_undoing_a_name_keeps_what_was_trained_since(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    window.document.rename_node("brittle_1", "first")
    qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    train(window, qtbot, 3)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.current.experiment == window.document.experiment, timeout=10_000)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert window.session.step == 7


def test_other_data_and_back(window: MainWindow, qtbot: Any) -> None:
    """Weights of other data wait for the undo, in the file too."""
    train(window, qtbot)
    before = weights(window, qtbot)
    window.document.set_part("dataset", Clouds(seed=4))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)
    assert window.session.step == 0
    assert saved(window, qtbot) == before
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.step == 4 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before


def test_the_archive_is_bounded_and_says_what_it_drops(window: MainWindow, qtbot: Any) -> None:
    said: list[str] = []
    window.session.message.connect(lambda _kind, text: said.append(text))
    window.session.archive.largest = 70_000  # bytes
    for units in (5, 6, 7, 8, 9):
        train(window, qtbot, 2)
        change(window, units)
        qtbot.waitUntil(lambda: window.session.current.experiment is window.document.experiment, timeout=10_000)
        qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)
    assert window.session.archive.nbytes <= 70_000
    assert any("had to go" in text for text in said)


def test_opening_is_no_change(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """However long its data take to load."""
    train(window, qtbot)
    saved(window, qtbot)
    forget_data(window)
    Clouds.gate.clear()
    window.files.open_path(tmp_path / "work.vitrine")
    with qtbot.waitSignals([window.session.ticked] * 3):
        pass
    Clouds.gate.set()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=20_000)
    with qtbot.waitSignals([window.session.ticked] * 3):
        pass
    assert not window.document.dirty
