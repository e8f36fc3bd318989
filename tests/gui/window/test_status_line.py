"""The status line, the message above the canvas and the panels say what is true in every state, and offer the remedy that builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel
from side_panels import experiment, retype

from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.dense import Dense
from vitrine.core.network.graph import Edge, GraphSpec
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.experiment import Experiment
from vitrine.gui.app import make_window
from vitrine.gui.panels.diagnosis.panel import DiagnosisPanel
from vitrine.gui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    made = make_window()
    made.resize(1600, 1000)
    with qtbot.waitExposed(made):
        made.show()
    made.fill()
    qtbot.waitUntil(lambda: made.session.state == "ready", timeout=30_000)
    made.messages.clear()
    yield made
    made.document.undo_stack.setClean()
    made.document._touched = False
    made.close()
    made.deleteLater()


def normed(size: int = 32) -> Experiment:
    made = experiment()
    graph, _ = made.graph.insert_on_edge(Edge("dense_1", "dense_2"), BatchNorm())
    return made.replace(graph=graph, training=made.training.replace(batch_size=size, epochs=2))


def status(window: MainWindow) -> str:
    return window.status.text.text()


def panel_of(window: MainWindow) -> DiagnosisPanel:
    assert window.docks is not None
    panel = window.docks.panels["diagnosis"]
    assert isinstance(panel, DiagnosisPanel)
    return panel


def in_front(window: MainWindow) -> bool:
    """Whether the Diagnosis panel is before the curves."""
    assert window.docks is not None
    return window.docks.panel_visible("diagnosis")


def test_a_last_batch_of_one_is_said_with_remedies_everywhere(window: MainWindow, qtbot: Any) -> None:
    """Also where only the loaded data tell: not "There is no run. Space prepares one.", which would fail again."""
    window.document.load(normed(419))
    qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=20_000)
    assert "batches of 419" in status(window) and status(window).endswith("Remedy: Drop the last batch.")
    assert "can't start" in window.messages.label.text() and window.messages.button.text() == "Drop the last batch"
    (row,) = panel_of(window).problem_rows()
    assert [button.text() for button in row.buttons] == ["Drop the last batch", "Set batch size to 420"]
    assert "Loading" not in [label.text() for label in window.data_panel.findChildren(QLabel) if label.isVisibleTo(window)]
    assert window.data_panel.counts.text().startswith("1,258 train")
    qtbot.mouseClick(window.messages.button, LEFT)
    assert window.document.experiment.training.drop_last and not window.messages.isVisible()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    assert status(window).startswith("Ready.")


def test_a_batch_size_that_leaves_one_is_said_when_it_is_typed(window: MainWindow, qtbot: Any) -> None:
    window.document.load(normed())
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    field = window.inspector.training.forms["training"].editor("batch_size").input
    retype(qtbot, field, "419")
    assert "batches of 419" in status(window)
    _open_diagnosis(window, qtbot)
    (row,) = panel_of(window).problem_rows()
    qtbot.mouseClick(row.buttons[1], LEFT)
    assert window.document.experiment.training.batch_size == 420 and field.currentText() == "420"
    assert not panel_of(window).problem_rows()


def _open_diagnosis(window: MainWindow, qtbot: Any) -> None:
    """By a click on the status line."""
    assert not in_front(window)
    qtbot.mouseClick(window.status.text, LEFT)
    qtbot.waitUntil(lambda: in_front(window), timeout=5000)


def test_to_build_on_is_offered_before_to_remove(window: MainWindow, qtbot: Any) -> None:
    """A connection was forgotten: the remedy draws it, and does not take the output away."""
    graph = experiment().graph
    (edge,) = (e for e in graph.edges if e.target == "dense_1")
    window.document.edit_graph(graph.disconnect(edge.source, edge.target), "Forget a connection")
    assert status(window).startswith("dense_1: nothing is connected to its input. Remedy: Connect flatten_1.")
    assert [b.text() for row in panel_of(window).problem_rows() for b in row.buttons] == ["Connect flatten_1", "Remove dense_2"]
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.messages.button.text() == "Connect flatten_1"
    qtbot.mouseClick(window.messages.button, LEFT)
    assert window.document.analysis.ok and set(window.document.graph.edges) == set(graph.edges)


def test_no_words_of_a_run_that_can_not_be(window: MainWindow, qtbot: Any) -> None:
    """Nothing is said to be well, or to come with Space, beside a network that can't start."""
    window.document.edit_graph(
        GraphSpec.chain(*[node.layer for node in experiment().graph.nodes if node.id != "flatten_1"]), "Without Flatten"
    )
    said = " ".join(label.text() for label in panel_of(window).findChildren(QLabel) if label.isVisibleTo(panel_of(window)))
    assert "Nothing wrong" not in said and "keeps it from starting" in said
    qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=5000)
    assert "no run" not in status(window) and status(window).startswith("dense_1: takes a vector")


def test_what_could_not_be_prepared_stands_in_the_status_line(window: MainWindow, qtbot: Any) -> None:
    def full(_experiment: Experiment) -> Any:
        raise MemoryError("no more")

    window.session.around.load = full
    window.session.prepare_again()
    qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=20_000)
    assert "could not be prepared: no more" in status(window) and status(window).endswith("Space tries again.")
    assert window.status.text.property("role") == "error"


def test_a_finished_run_says_that_it_is_finished_and_what_it_has(window: MainWindow, qtbot: Any) -> None:
    window.document.load(experiment().replace(training=experiment().training.replace(epochs=1)))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state == "finished", timeout=20_000)
    assert status(window).startswith("Finished. Space trains on")
    window.session.current.handle(Diagnosis("Guessing", "It guesses, at step 30.", "Look.", None, 30))
    assert status(window) == "Finished. It guesses, at step 30. Look."
    _open_diagnosis(window, qtbot)


def test_a_row_of_linear_layers_is_advice_while_it_trains(window: MainWindow, qtbot: Any) -> None:
    made = experiment()
    window.document.load(made.replace(graph=made.graph.set_layer("dense_1", Dense(units=32))))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    assert status(window).startswith("Ready. Press Space") and "Advice: dense_1: no activation from here to dense_2" in status(window)
    assert status(window).endswith("Remedy: Use ReLU in dense_1.") and window.status.text.property("role") == "warning"


def test_a_click_on_a_calm_status_line_opens_nothing(window: MainWindow, qtbot: Any) -> None:
    qtbot.mouseClick(window.status.text, LEFT)
    assert not in_front(window)
    left = window.status.text.mapTo(window, QPointF(0, 0)).x()
    assert left >= 6  # clear of the window's border
