"""The status line, the message above the canvas and the panels say what is true in every state, and offer the remedy that builds."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QLabel
from side_panels import experiment, retype

from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.dense import Dense
from vitrine.core.network.graph import Edge, GraphSpec
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.stop_rules.patience import Patience
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.experiment import Experiment
from vitrine.gui.panels.base import NO_START
from vitrine.gui.panels.curves.panel import CurvesPanel
from vitrine.gui.panels.diagnosis.panel import DiagnosisPanel
from vitrine.gui.widgets.placeholder import Placeholder
from vitrine.gui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.messages.clear()
    return window


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
    for _id, panel in window.docks.panels.items() if window.docks is not None else ():
        words = [body.text for body in panel.findChildren(Placeholder) if body.text] if panel.awaits_run else []
        assert set(words) <= {NO_START}, words
    window.document.undo_stack.undo()
    assert all(body.text != NO_START for body in window.findChildren(Placeholder))


def test_a_message_hides_no_card(window: MainWindow, qtbot: Any) -> None:
    """A network as high as the view: what refuses to train stands above it, not on it."""
    window.resize(1280, 720)
    graph = experiment().graph
    for node in ("dense_1", "dense_2"):
        graph = graph.move({node: (graph[node].position[0] - 380, 290.0)})
    window.document.edit_graph(graph.set_layer("dense_2", Dense(units=7, activation="Softmax")), "Break it")
    QApplication.processEvents()
    window.canvas.fit()
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.messages.isVisible()
    assert not window.canvas.is_covered_above()
    lowest = max(window.canvas.mapFromScene(card.extent().bottomLeft()).y() for card in window.canvas.network.cards.values())
    assert lowest <= window.canvas.viewport().height()


def test_what_could_not_be_prepared_stands_in_the_status_line(window: MainWindow, qtbot: Any) -> None:
    def full(_experiment: Experiment) -> Any:
        raise MemoryError("no more")

    window.session.runs.around.load = full
    window.session.prepare_again()
    qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=20_000)
    assert "could not be prepared: MemoryError: no more" in status(window) and status(window).endswith("Space tries again.")
    assert window.status.text.property("role") == "error"


def test_a_finished_run_says_that_it_is_finished_and_what_it_has(window: MainWindow, qtbot: Any) -> None:
    window.document.load(experiment().replace(training=experiment().training.replace(epochs=1)))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state == "finished", timeout=20_000)
    assert status(window).startswith("Finished. Space trains on")
    window.session.runs.current.handle(Diagnosis("Guessing", "It guesses, at step 30.", "Look.", None, 30))
    assert status(window) == "Finished. It guesses, at step 30. Look."
    _open_diagnosis(window, qtbot)


def test_the_best_epoch_is_the_same_everywhere(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """Early stopping's words, the curves' mark, both files of values and the number of epochs that are over."""
    plan = experiment()
    plan = plan.replace(optimizer=SGD(learning_rate=0.7), stop_rule=Patience(epochs=1), training=plan.training.replace(epochs=500))
    window.document.load(plan)
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state == "finished", timeout=60_000)
    found = re.match(r"Finished: no lower validation loss for 1 epoch; weights of epoch (\d+) brought back\. ", status(window))
    assert found, status(window)
    best, last = int(found[1]), window.session.runs.epoch
    assert best == last - 1 and window.run_bar.readouts["epoch"].value.text() == f"{last} / 500"
    assert window.docks is not None
    curves = window.docks.panels["curves"]
    assert isinstance(curves, CurvesPanel)
    qtbot.waitUntil(lambda: curves.charts[0].best is not None and curves.charts[0].best[2] == best, timeout=5000)
    curves.save_csv(tmp_path / "run.csv")
    by_step, by_epoch = (_rows(tmp_path / name) for name in ("run.csv", "run_epochs.csv"))
    lowest = min(by_epoch, key=lambda row: float(row["validation_loss"]))
    assert int(lowest["epoch"]) == best and [int(row["epoch"]) for row in by_epoch] == list(range(1, last + 1))
    steps = [row for row in by_step if int(row["epoch"]) == best]
    assert steps[-1]["step"] == lowest["step"] and len(steps) == window.session.runs.steps_per_epoch
    assert by_step[0]["epoch"] == "1"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


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
