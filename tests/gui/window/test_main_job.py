"""The main job, end to end, by mouse and keys: from an empty canvas to a trained, saved and exactly resumed CNN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from canvas_help import Hand
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from vitrine.gui.window.examples import empty_experiment
from vitrine.gui.window.main_window import MainWindow

LAYERS = ("Conv2D", "MaxPool2D", "Dense")


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.files.new(empty_experiment())
    return window


def build(window: MainWindow, hand: Hand) -> None:
    """Drag layers onto the last card, join them to it, and let the remedies on the cards do the rest."""
    for number, name in enumerate(LAYERS):
        last = window.document.graph.outputs()[-1]
        right = window.canvas.network.cards[last].mapToScene(0, 0).x() + 260
        point = window.canvas.mapFromScene(right, 60)
        hand.drop(name, QPoint(min(point.x(), window.canvas.viewport().width() - 5), point.y()))
        new = window.document.graph.nodes[-1].id
        if new not in window.document.graph.descendants("input_1"):
            window.canvas.fit()
            hand.drag(hand.at(last, "out"), hand.at(new, "in"))
        assert new in window.document.graph.descendants("input_1"), f"{name}, number {number}, is not connected"
        window.canvas.fit()


def mend(window: MainWindow, hand: Hand) -> None:
    """Click the remedy on a card for as long as there is one."""
    for _ in range(4):
        faulty = [n for n, card in window.canvas.network.cards.items() if card.strip and card.strip.fixes]
        if not faulty:
            return
        window.canvas.fit()
        hand.click(hand.at(faulty[0], "fix:0"))
    raise AssertionError([str(p) for p in window.document.analysis.problems])


def test_from_an_empty_canvas_to_a_resumed_network(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    hand = Hand(window.canvas)
    build(window, hand)
    mend(window, hand)
    assert window.document.analysis.ok, [str(p) for p in window.document.analysis.problems]
    assert window.document.analysis.output_shape == (10,)
    kinds = [type(node.layer).__name__ for node in window.document.graph.nodes]
    assert sorted(kinds) == sorted(["Input", *LAYERS, "Flatten"])

    # train it, and see the curve grow and fall
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
    curves = window.docks.panels["curves"]
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.runs.epoch >= 2, timeout=60_000)
    early = curves.grab().toImage()
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=20_000)
    history = window.session.runs.history
    losses = history.steps.column("loss")
    assert np.mean(losses[-20:]) < np.mean(losses[:20])
    QTest.keyClick(window.canvas, Qt.Key.Key_E)
    epoch = window.session.runs.epoch
    qtbot.waitUntil(lambda: window.session.runs.epoch == epoch + 1 and window.session.state == "paused", timeout=60_000)
    qtbot.waitUntil(lambda: curves.grab().toImage() != early, timeout=5_000)

    # delete a layer, take it back: nothing is lost
    trained = _weights(window, qtbot)
    graph = window.document.graph
    window.document.select(["maxpool2d_1"])
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert "maxpool2d_1" not in window.document.graph
    QTest.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.graph == graph
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=20_000)
    again = _weights(window, qtbot)
    assert all(np.array_equal(trained[key], again[key]) for key in trained)

    # save, go on for an epoch; reopen, go on for an epoch: the same bits
    path = tmp_path / "mine.vitrine"
    window.document.path = path
    QTest.keyClick(window.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: path.exists() and not window.document.dirty, timeout=20_000)
    step = window.session.runs.step
    first = _one_epoch(window, qtbot)
    window.document.undo_stack.setClean()
    window.document._touched = False
    assert window.files.open_path(path)
    qtbot.waitUntil(lambda: window.session.state == "paused" and window.session.runs.step == step, timeout=30_000)
    second = _one_epoch(window, qtbot)
    assert all(np.array_equal(first[key], second[key]) for key in first)


def _one_epoch(window: MainWindow, qtbot: Any) -> dict[str, np.ndarray]:
    epoch = window.session.runs.epoch
    window.commands["step_epoch"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.epoch == epoch + 1 and window.session.state == "paused", timeout=60_000)
    return _weights(window, qtbot)


def _weights(window: MainWindow, qtbot: Any) -> dict[str, np.ndarray]:
    answers: list[Any] = []
    assert window.session.ask(lambda trainer: trainer.network.arrays(), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    return answers[0]
