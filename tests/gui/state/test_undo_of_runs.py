"""Undo and redo bring back runs: weights, optimizer and record."""

from __future__ import annotations

from typing import Any

from saving_help import build, change, followed, make, saved, train, weights, window
from state_help import Clouds, clouds

from vitrine.core.optimizers.base import Optimizer
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]


def test_undo_of_an_edit_brings_back_weights_optimizer_and_record(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 5)
    followed(window, qtbot)
    train(window, qtbot, 3)
    later = weights(window, qtbot)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 4 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before
    slots: list[Any] = []
    window.session.ask(lambda trainer: (trainer.optimizer.step, trainer.history.steps.count, trainer.history.starts), slots.append)
    qtbot.waitUntil(lambda: bool(slots), timeout=10_000)
    assert slots == [(4, 4, [])]
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 7 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == later
    starts: list[Any] = []
    window.session.ask(lambda trainer: trainer.history.starts, starts.append)
    qtbot.waitUntil(lambda: bool(starts), timeout=10_000)
    assert [start.steps for start in starts[0]] == [4], "losses compare with none before the edit, and do again once it is undone"


def test_undo_of_another_optimizer_brings_back_what_the_first_remembers(window: MainWindow, qtbot: Any) -> None:
    def memory() -> tuple[int, list[bytes]]:
        found: list[Any] = []
        window.session.ask(
            lambda trainer: (trainer.optimizer.step, [slot.tobytes() for slot in trainer.optimizer.slots.values()]), found.append
        )
        qtbot.waitUntil(lambda: bool(found), timeout=10_000)
        return found[0]

    window.document.set_part("optimizer", Optimizer.from_json("Adam"))
    train(window, qtbot)
    before = memory()
    window.document.set_part("optimizer", Optimizer.from_json("SGD"))
    followed(window, qtbot)
    assert before[0] == 4 and memory() == (0, [])
    window.commands["undo"].trigger()
    followed(window, qtbot)
    assert memory() == before


def test_training_goes_on_when_an_edit_is_undone(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    window.commands["run"].trigger()
    for do in (lambda: change(window, 5), window.commands["undo"].trigger):
        do()
        qtbot.waitUntil(lambda: window.session.runs.current.experiment == window.document.experiment, timeout=10_000)
        step = window.session.runs.step
        qtbot.waitUntil(lambda step=step: window.session.state == "running" and window.session.runs.step > step + 5, timeout=10_000)


def test_two_undos_at_once(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    for units in (5, 6):
        change(window, units)
        followed(window, qtbot)
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    followed(window, qtbot)
    assert weights(window, qtbot) == before


def test_a_number_typed_digit_by_digit_and_typed_back(window: MainWindow, qtbot: Any) -> None:
    """One step of undo; typing the old number again gives the old weights, not drawn ones."""
    train(window, qtbot)
    before = weights(window, qtbot)
    layer = window.document.graph["brittle_1"].layer
    for units in (1, 12, 4):
        window.document.set_layer("brittle_1", layer.replace(units=units), merge="units")
        followed(window, qtbot)
    assert weights(window, qtbot) == before and window.document.undo_stack.count() == 1


def test_edits_with_training_between_them_are_undone_one_by_one(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    known = [weights(window, qtbot)]
    layer = window.document.graph["brittle_1"].layer
    for units in (5, 6):
        window.document.set_layer("brittle_1", layer.replace(units=units), merge="units")
        followed(window, qtbot)
        train(window, qtbot, 2)
        known.append(weights(window, qtbot))
    for expected in (known[1], known[0]):
        window.commands["undo"].trigger()
        followed(window, qtbot)
        assert weights(window, qtbot) == expected


def test_new_weights_and_reset_are_undone_and_redone(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    trained = weights(window, qtbot)
    for command in ("reset", "new_weights"):
        window.commands[command].trigger()
        qtbot.waitUntil(lambda: window.session.state == "ready" and window.session.runs.step == 0, timeout=10_000)
        first = weights(window, qtbot)
        window.commands["undo"].trigger()
        qtbot.waitUntil(lambda: window.session.runs.step == 4 and window.session.state == "paused", timeout=10_000)
        assert weights(window, qtbot) == trained
        window.commands["redo"].trigger()
        qtbot.waitUntil(lambda: window.session.state == "ready" and window.session.runs.step == 0, timeout=10_000)
        assert weights(window, qtbot) == first
        window.commands["undo"].trigger()
        qtbot.waitUntil(lambda: window.session.runs.step == 4 and window.session.state == "paused", timeout=10_000)


def test_undoing_a_name_keeps_what_was_trained_since(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    window.document.rename_node("brittle_1", "first")
    followed(window, qtbot)
    train(window, qtbot, 3)
    window.commands["undo"].trigger()
    followed(window, qtbot)
    assert window.session.runs.step == 7


def test_other_data_and_back(window: MainWindow, qtbot: Any) -> None:
    """Weights of other data wait for the undo, in the file too."""
    train(window, qtbot)
    before = weights(window, qtbot)
    window.document.set_part("dataset", Clouds(seed=4))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)
    assert window.session.runs.step == 0
    assert saved(window, qtbot) == before
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 4 and window.session.state == "paused", timeout=10_000)
    assert weights(window, qtbot) == before


def test_the_archive_is_bounded_and_says_what_it_drops(window: MainWindow, qtbot: Any) -> None:
    said: list[str] = []
    window.session.message.connect(lambda _kind, text: said.append(text))
    window.session.runs.archive.largest = 40_000  # bytes
    for units in (5, 6, 7, 8, 9):
        train(window, qtbot, 2)
        change(window, units)
        followed(window, qtbot)
    assert window.session.runs.archive.nbytes <= 40_000
    assert any("had to go" in text for text in said)
