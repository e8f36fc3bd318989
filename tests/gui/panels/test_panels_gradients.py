"""Gradients by layer and diagnoses: fed by real runs, in the panel and through the whole window."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from panel_help import CNN, Run, count_color, graph_of, show
from PySide6.QtCore import QPoint, QPointF, Qt

from vitrine.core.optimizers.sgd import SGD
from vitrine.core.training.events import Diagnosis, Frame, Recovered
from vitrine.gui.look import theme
from vitrine.gui.panels.diagnosis.panel import MOST, STATES, DiagnosisPanel
from vitrine.gui.panels.gradients.panel import VIEWS, GradientsPanel
from vitrine.gui.window.main_window import MainWindow

DEEP = (
    ("Flatten", {}),
    *(("Dense", {"units": 24, "activation": "Sigmoid"}) for _ in range(5)),
    ("Dense", {"units": 10, "activation": "Softmax"}),
)
LAYERS = tuple(f"dense_{i}" for i in range(1, 7))


def gradients(qtbot: Any, layers: Any, view: str = "gradient") -> tuple[GradientsPanel, Run, dict[str, Any]]:
    run = Run(layers)
    panel = run.open(GradientsPanel)
    panel.view.setCurrentIndex([data for _, data in VIEWS].index(view))
    show(qtbot, panel)
    run.feed(panel, 1)
    run.train(30)
    return panel, run, run.feed(panel, 1)


def test_gradients_says_what_to_do_before_the_first_step(qtbot: Any) -> None:
    run = Run(DEEP)
    panel = run.open(GradientsPanel)
    show(qtbot, panel)
    run.feed(panel)
    assert "Space" in panel.body.text


def test_gradients_of_a_deep_sigmoid_net_vanish_in_words_and_colour(qtbot: Any) -> None:
    panel, run, answer = gradients(qtbot, DEEP)
    assert answer.layers == LAYERS
    assert "vanishing" in panel.verdict.text() and panel.verdict.property("role") == "warning"
    rows = panel.rows
    assert rows.row(0).top() < rows.row(5).top(), "the first layer on top"
    assert count_color(rows, theme.color("warning")) > 20
    assert rows.range is not None and rows.range[0] <= np.log10(answer.gradient.min())
    assert "dense_1" in rows.tip(0) and "norm" in rows.tip(0)


def test_gradients_of_a_healthy_net_are_even(qtbot: Any) -> None:
    panel, _, answer = gradients(qtbot, CNN)
    assert answer.layers == ("conv2d_1", "dense_1")
    assert "even" in panel.verdict.text() and not panel.verdict.property("role")
    assert count_color(panel.rows, theme.color("warning")) == 0


def test_the_axis_never_narrows_while_it_trains(qtbot: Any) -> None:
    panel, run, _ = gradients(qtbot, DEEP)
    before = panel.rows.range
    assert before is not None
    for _ in range(5):
        run.train(20)
        run.feed(panel, 1)
        now = panel.rows.range
        assert now is not None and now[0] <= before[0] and now[1] >= before[1]
        before = now
    panel.clear()
    assert panel.rows.range is None and "Space" in panel.body.text


@pytest.mark.parametrize("view", ["gradients", "activations", "weights"])
def test_histograms_by_layer(qtbot: Any, view: str) -> None:
    panel, run, answer = gradients(qtbot, DEEP, view)
    assert answer.histograms.of == view and panel.rows.histogram and not panel.body.text
    assert panel.rows.answer.histograms.counts.sum(axis=1).min() > 100
    places = np.arange(48)
    middles = (answer.histograms.counts * places).sum(axis=1) / answer.histograms.counts.sum(axis=1)
    if view == "gradients":
        assert np.all(np.diff(middles) > 0), "each layer's gradients lie to the left of the next one's"
    if view == "activations":
        low, high = answer.histograms.low, answer.histograms.high
        means = low + (middles[:5] + 0.5) * (high - low) / 48
        assert np.all((means > 0.2) & (means < 0.8)), "sigmoids answer around one half"
    panel.view.setCurrentIndex(0)
    run.feed(panel, 1)
    assert not panel.rows.histogram


def test_a_click_on_a_layer_selects_it(qtbot: Any) -> None:
    panel, run, _ = gradients(qtbot, DEEP)
    place = panel.rows.row(2).center()
    qtbot.mouseClick(panel.rows, Qt.MouseButton.LeftButton, pos=QPoint(round(place.x()), round(place.y())))
    assert run.document.selection == ["dense_3"]
    assert panel.rows.layer_at(QPointF(5, panel.rows.height() + 50)) is None


def test_gradients_are_drawn_quickly(qtbot: Any) -> None:
    panel, run, answer = gradients(qtbot, DEEP, "gradients")
    panel.resize(600, 260)
    took = []
    for _ in range(15):
        started = time.perf_counter()
        panel.rows.grab()
        took.append(time.perf_counter() - started)
    assert min(took) < 0.003


# -- diagnoses -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot: Any) -> DiagnosisPanel:
    made = Run(DEEP).open(DiagnosisPanel)
    show(qtbot, made)
    return made


def tell(panel: DiagnosisPanel, event: Any) -> None:
    panel.run.handle(event)


def test_diagnoses_come_on_top_and_end(panel: DiagnosisPanel, qtbot: Any) -> None:
    assert panel.body.text == STATES["ready"]
    tell(panel, Diagnosis("Guessing", "It guesses.", "Look.", None, 5))
    tell(panel, Diagnosis("DeadUnits", "Dead.", "Revive.", "dense_2", 9))
    assert [row.diagnosis.kind for row in panel.rows()] == ["DeadUnits", "Guessing"] and not panel.body.text
    assert list(panel.run.standing) == [("Guessing", None), ("DeadUnits", "dense_2")]
    qtbot.mouseClick(panel.rows()[0], Qt.MouseButton.LeftButton)
    assert panel.document.selection == ["dense_2"]
    qtbot.keyClick(panel.rows()[0], Qt.Key.Key_Return)
    tell(panel, Recovered("DeadUnits", "dense_2", 40))
    assert panel.rows()[0].over == 40 and "dense_2 · epoch 1 · over since step 40, epoch 1" == panel.rows()[0].head.text()
    assert panel.rows()[1].over is None
    assert list(panel.run.standing) == [("Guessing", None)]
    panel.clear()
    assert panel.body.text == STATES["ready"] and panel.rows() == []


def test_old_diagnoses_go(panel: DiagnosisPanel) -> None:
    for step in range(MOST + 5):
        tell(panel, Diagnosis("Guessing", f"It guesses, at step {step}.", "Look.", None, step))
    assert len(panel.rows()) == MOST and panel.rows()[0].diagnosis.step == MOST + 4


def test_a_sick_run_in_the_window(window: MainWindow, qtbot: Any) -> None:
    """A deep net of sigmoids: said in the status line and the panel, without a message box and without taking the selection."""
    document, session = window.document, window.session
    assert window.docks is not None
    front = {dock.objectName() for dock in window.tabifiedDockWidgets(window.docks.docks["gradients"])}
    assert "panel.unit_weights" in front
    assert not window.docks.panel_visible("gradients"), "behind the unit weights at first"
    window.docks.docks["gradients"].raise_()
    panel = window.docks.panels["diagnosis"]
    assert isinstance(panel, DiagnosisPanel)
    document.edit_graph(graph_of(DEEP), "Deep")
    document.set_part("optimizer", SGD(learning_rate=0.1))  # Adam gets such a net to move in the end
    qtbot.waitUntil(lambda: session.state in ("ready", "paused") and session.runs.current.experiment is document.experiment, timeout=20_000)
    document.select(["flatten_1"])
    messages: list[str] = []
    session.message.connect(lambda kind, text: messages.append(text))
    session.run()
    qtbot.waitUntil(lambda: bool(session.runs.standing), timeout=30_000)
    assert next(iter(session.runs.standing)) == ("VanishingGradients", "dense_1")
    assert "Vanishing gradients" in window.status.text.text() and window.status.text.property("role") == "warning"
    assert [row.diagnosis.kind for row in panel.rows()][-1] == "VanishingGradients"
    assert document.selection == ["flatten_1"] and messages == []
    view = window.docks.panels["gradients"]
    assert isinstance(view, GradientsPanel)
    qtbot.waitUntil(lambda: view.verdict.text().endswith("vanishing."), timeout=10_000)
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=10_000)
    with qtbot.waitSignal(session.runs.prepared, timeout=10_000):
        session.reset()
    assert not session.runs.standing and panel.body.text == STATES["ready"]
    assert "Ready" in window.status.text.text()


def test_opened_after_training_it_says_when_gradients_come(window: MainWindow, qtbot: Any) -> None:
    """It said that they show from the first step on, at step 7,061."""
    panel = window.docks.panels["gradients"]
    window.docks.docks["unit_weights"].raise_()
    for step in (1, 2):
        window.session.step_batch()
        qtbot.waitUntil(lambda wanted=step: window.session.runs.step == wanted and window.session.state == "paused", timeout=10_000)
    window.docks.docks["gradients"].raise_()
    qtbot.waitUntil(lambda: "next step" in panel.body.text, timeout=10_000)
    window.session.step_batch()
    qtbot.waitUntil(lambda: panel.note.text() == "step 3", timeout=10_000)


def test_one_batch_shows_its_own_gradient(window: MainWindow, qtbot: Any) -> None:
    assert window.docks is not None
    frames: list[Frame] = []
    window.session.runs.frame.connect(frames.append)
    window.docks.docks["gradients"].raise_()
    view = window.docks.panels["gradients"]
    assert isinstance(view, GradientsPanel)
    qtbot.waitUntil(lambda: any("gradients" in frame.questions for frame in frames), timeout=10_000)
    for step in (1, 2, 3):
        qtbot.waitUntil(lambda: not window.session.runs.frames._waiting, timeout=10_000)
        window.session.step_batch()
        qtbot.waitUntil(lambda wanted=step: view.rows.answer is not None and view.rows.answer.step == wanted, timeout=10_000)
