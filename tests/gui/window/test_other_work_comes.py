"""Other work is opened: what was drawn of the work before is not shown beside it, however long its data take."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

from vitrine.gui.window.main_window import MainWindow


@pytest.fixture
def slow(window: MainWindow) -> Iterator[threading.Event]:
    """Data of what is opened next come when this is set."""
    gate, load = threading.Event(), window.session.runs.around.load

    def wait(wanted: Any) -> Any:
        gate.wait(30)
        return load(wanted)

    window.session.runs.around.load = wait
    yield gate
    gate.set()


def drawn(window: MainWindow) -> bool:
    return all(card.thumbnail is not None for card in window.canvas.network.cards.values())


def test_pictures_of_the_work_before_are_gone_at_once(window: MainWindow, qtbot: Any, slow: threading.Event) -> None:
    weights = window.docks.panels["unit_weights"]
    qtbot.waitUntil(lambda: drawn(window) and weights.pager.total > 0, timeout=10_000)
    window.document.load(window.document.experiment.replace(name="other"))
    assert window.session.state == "preparing"
    assert not any(card.thumbnail is not None for card in window.canvas.network.cards.values())
    assert weights.body.text and weights.pager.label.text() == ""
    slow.set()
    qtbot.waitUntil(lambda: window.session.state == "ready" and drawn(window), timeout=30_000)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said of unsaved work, which is then not left."""
    words: list[str] = []

    def answer(box: QMessageBox) -> QMessageBox.StandardButton:
        words.append(box.informativeText())
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return words


def edit(window: MainWindow, _qtbot: Any) -> None:
    window.document.set_part("training", window.document.experiment.training.replace(epochs=7))


def train(window: MainWindow, qtbot: Any) -> None:
    window.commands["step_batch"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=30_000)


def train_on(window: MainWindow, qtbot: Any) -> None:
    """A file holds what was learnt before."""
    train(window, qtbot)
    window.document.path = Path("somewhere.vitrine")
    train(window, qtbot)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (edit, "the changes are lost"),
        (train, "the changes and the trained weights are lost"),
        (train_on, "the changes and what was learnt since the last save are lost"),
    ],
    ids=["edited", "trained", "trained_on"],
)
def test_weights_are_spoken_of_where_there_are_any(
    window: MainWindow, qtbot: Any, asked: list[str], work: Callable[[MainWindow, Any], None], words: str
) -> None:
    work(window, qtbot)
    window.files.leave(lambda: None)
    assert asked == [f"Without saving, {words}."]
