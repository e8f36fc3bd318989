"""The diagnosis panel says how things stand in every state: what keeps a network from starting, that nobody has looked yet, advice, and
what the run is found to have; a card bears a badge for what stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from panel_help import MLP, Run, graph_of
from PySide6.QtCore import QPointF, Qt
from window_help import opened

from vitrine.core.training.events import Diagnosis, Failed, Recovered
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.watch import FIRST_LOOK
from vitrine.datasets.base import DatasetSpec
from vitrine.gui.canvas.items import metrics as m
from vitrine.gui.canvas.words import tooltip_at
from vitrine.gui.look import theme
from vitrine.gui.panels.diagnosis.panel import BROKEN, EMPTY, NOT_YET, STATES, UNWATCHED, DiagnosisPanel
from vitrine.gui.state.worker import Unprepared
from vitrine.gui.window.main_window import MainWindow

LINEAR = (("Flatten", {}), ("Dense", {"units": 64}), ("Dense", {"units": 32}), ("Dense", {"units": 10, "activation": "Softmax"}))
SICK = Diagnosis("DeadUnits", "Dead ReLU units: all of them.", "Reset.", "dense_1", 30)


def panel_of(qtbot: Any, layers: Any = MLP) -> tuple[DiagnosisPanel, Run]:
    run = Run(layers)
    panel = run.open(DiagnosisPanel)
    qtbot.addWidget(panel, before_close_func=lambda _panel: run.session.close())  # edits start runs
    panel.resize(460, 260)
    panel.show()
    return panel, run


def texts(panel: DiagnosisPanel) -> list[str]:
    return [row.message.text() for row in panel.problem_rows()]


def test_says_that_nobody_has_looked_yet(qtbot: Any) -> None:
    panel, run = panel_of(qtbot)
    live = run.session.runs.current
    assert panel.body.text == STATES["ready"]
    live._set_state("preparing")
    assert panel.body.text == STATES["preparing"]
    live._set_state("running")
    live.step = FIRST_LOOK - 1
    live.ticked.emit()
    assert panel.body.text == NOT_YET
    live.step = FIRST_LOOK
    live.ticked.emit()
    assert panel.body.text == EMPTY


def test_says_that_looking_is_switched_off(qtbot: Any) -> None:
    panel, run = panel_of(qtbot)
    live = run.session.runs.current
    live.experiment = live.experiment.replace(training=live.experiment.training.replace(diagnose=False))
    live._set_state("running")
    assert panel.body.text == UNWATCHED


def test_tells_what_keeps_a_network_from_starting(qtbot: Any) -> None:
    """Beside a graph that can't be trained "Nothing wrong" is not said; a click on the remedy mends it."""
    panel, run = panel_of(qtbot)
    run.document.edit_graph(graph_of((("Dense", {"units": 10, "activation": "Softmax"}),)), "Without Flatten")
    assert panel.body.text == "" and len(texts(panel)) == 1
    (row,) = panel.problem_rows()
    assert "takes a vector" in row.message.text().lower() and row.head.text() == "dense_1 · keeps it from starting"
    (button,) = row.buttons
    assert button.text() == "Insert Flatten"
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.head.geometry().center())
    assert run.document.selection == ["dense_1"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert run.document.analysis.ok and texts(panel) == []
    assert panel.body.text == STATES["ready"]


def test_tells_that_data_are_missing(qtbot: Any) -> None:
    panel, run = panel_of(qtbot)
    missing = DatasetSpec.registry.get("FoodTruck")(file="/nowhere/data.txt")
    run.document.set_part("dataset", missing)
    assert any("/nowhere/data.txt" in text for text in texts(panel)), texts(panel)
    run.document.undo_stack.undo()
    assert texts(panel) == []


def test_tells_what_broke_the_training_and_what_could_not_be_prepared(qtbot: Any) -> None:
    panel, run = panel_of(qtbot)
    live = run.session.runs.current
    live.handle(Failed("training broke at step 7: no more", "", 7))
    (row,) = panel.problem_rows()
    assert row.message.text() == "Training broke at step 7: no more." and row.remedy.text() == BROKEN
    assert row.head.text() == "the training broke"
    live.handle(Unprepared("the training part is empty: give it a larger share in the split"))
    assert texts(panel) == ["The training part is empty: give it a larger share in the split."]
    assert "press Space" in panel.problem_rows()[0].remedy.text()


def test_advice_stands_above_what_the_run_is_found_to_have(qtbot: Any) -> None:
    """Three layers in a row without activation: said before training, and beside the diagnoses while it trains."""
    panel, run = panel_of(qtbot, LINEAR)
    (row,) = panel.problem_rows()
    assert row.head.text() == "dense_1 · advice" and "these 3 layers compute no more than one" in row.message.text()
    run.session.runs.current.handle(SICK)
    assert panel.problem_rows() == [row] and [r.diagnosis for r in panel.rows()] == [SICK]
    qtbot.waitUntil(lambda: row.geometry().bottom() <= panel.rows()[0].geometry().top(), timeout=2000)
    qtbot.mouseClick(row.buttons[0], Qt.MouseButton.LeftButton)
    layers = run.document.graph
    assert [layers[n].layer.activation.title for n in ("dense_1", "dense_2", "dense_3")] == ["ReLU", "ReLU", "softmax"]
    assert panel.problem_rows() == []


# -- the badge --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot, 1400, 900)


def test_a_card_bears_a_badge_while_a_diagnosis_stands(window: MainWindow, qtbot: Any) -> None:
    session, network = window.session, window.canvas.network
    node = next(node for node in network.cards if node.startswith("dense"))
    card = network.cards[node]
    point = QPointF(window.canvas.mapFromScene(card.pos() + m.DIAGNOSES.center()))
    before = window.canvas.grab().toImage().pixelColor(point.toPoint())
    assert window.canvas.hit(point).part != "diagnoses"
    found = Diagnosis("DeadUnits", "Dead ReLU units: all of them <here>.", "Reset & go.", node, 30)
    session.runs.current.handle(found)
    assert card.diagnoses == (found,)
    assert window.canvas.grab().toImage().pixelColor(point.toPoint()) != before
    told = tooltip_at(window.canvas, point)
    assert "all of them &lt;here&gt;" in told and "Reset &amp; go." in told
    assert "Dead ReLU units" in tooltip_at(window.canvas, QPointF(window.canvas.mapFromScene(card.pos() + m.THUMBNAIL.center())))
    assert window.docks is not None
    panel = window.docks.panels["diagnosis"]
    assert isinstance(panel, DiagnosisPanel) and panel.rows()[0].visibleRegion().isEmpty(), "behind the curves"
    qtbot.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert window.document.selection == [node]
    qtbot.waitUntil(lambda: not panel.rows()[0].visibleRegion().isEmpty(), timeout=5000)
    session.runs.current.handle(Recovered("DeadUnits", node, 60))
    assert card.diagnoses == () and window.canvas.hit(point).part != "diagnoses"
    session.runs.current.handle(found)
    with qtbot.waitSignal(session.runs.prepared, timeout=20_000):
        session.reset()
    assert card.diagnoses == ()


def test_a_badge_can_be_seen_and_pressed_from_afar(window: MainWindow, qtbot: Any) -> None:
    """Twenty pixels or so, however far the network."""
    node = next(node for node in window.canvas.network.cards if node.startswith("dense"))
    card = window.canvas.network.cards[node]
    window.session.runs.current.handle(Diagnosis("DeadUnits", "Dead ReLU units.", "Reset.", node, 30))
    for zoom in (1.0, 0.64):
        window.canvas.set_zoom(zoom)
        place = window.canvas.mapFromScene(card.badge.translated(card.pos())).boundingRect()
        assert place.width() >= 19
        edge = QPointF(place.left() + 4, place.center().y())
        assert window.canvas.hit(edge).part == "diagnoses"
        image = window.canvas.grab().toImage()
        assert image.pixelColor(edge.toPoint()) == theme.color("warning")


def test_a_row_tells_the_epoch(qtbot: Any) -> None:
    """The curves are read by epoch, too: the first one is 1."""
    panel, run = panel_of(qtbot)
    live = run.session.runs.current
    live.history = RunHistory()
    for epoch in (1, 2, 3):
        live.history.add_epoch({"epoch": float(epoch), "step": 40.0 * epoch})
    for step in (7, 40, 41, 130):
        live.handle(Diagnosis("Guessing", f"It guesses, at step {step}.", "Look.", None, step))
    assert [row.head.text() for row in panel.rows()] == [f"the whole network · epoch {epoch}" for epoch in (4, 2, 1, 1)]


def test_a_badge_counts(qtbot: Any) -> None:
    from vitrine.gui.canvas.items.scene import NetworkScene
    from vitrine.gui.state.document import Document

    experiment: Experiment = Run(MLP).experiment
    scene = NetworkScene(Document(experiment))
    scene.set_diagnoses(
        [SICK, Diagnosis("SaturatedUnits", "Saturated.", "Rest.", "dense_1", 31), Diagnosis("Guessing", "It guesses.", "Look.")]
    )
    assert len(scene.cards["dense_1"].diagnoses) == 2 and scene.cards["dense_2"].diagnoses == ()
