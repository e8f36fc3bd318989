"""The panel of studies: started, cancelled and read off as a person would; threads end, errors come in words."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from panel_help import count_color, graph_of, opened, show
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from side_panels import pick, retype

from vitrine.core.losses.base import Loss
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.datasets.base import DatasetSpec
from vitrine.datasets.preprocessing.base import Preprocessing
from vitrine.gui.look import theme
from vitrine.gui.panels.studies.panel import StudiesPanel
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session

LEFT = Qt.MouseButton.LeftButton


def circles(epochs: int = 5, **split: float) -> Experiment:
    """A straight line for a disc in a ring: high bias."""
    return Experiment(
        dataset=DatasetSpec.registry.get("Circles")(samples=300), preprocessing=Preprocessing.registry.get("Standardize")(),
        graph=graph_of((("Dense", {"units": 2, "activation": "Softmax"}),)), loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get("Adam")(learning_rate=0.01), split=Split(**split), training=Training(batch_size=16, epochs=epochs),
    )  # fmt: skip


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(Document(circles()))
    yield session
    session.close()


@pytest.fixture
def panel(qtbot: Any, session: Session) -> StudiesPanel:
    panel = opened(StudiesPanel, session)
    show(qtbot, panel, 900, 300)
    return panel


def click(button: Any) -> None:
    assert button.isVisible() and button.isEnabled()
    QTest.mouseClick(button, LEFT)


def until_over(qtbot: Any, panel: StudiesPanel) -> None:
    qtbot.waitUntil(lambda: panel.runner.thread is None, timeout=20_000)


def studying() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "vitrine-study"]


def long(panel: StudiesPanel) -> None:
    """Make the study one that does not end while a test looks."""
    document = panel.document
    document.set_part("training", document.experiment.training.replace(epochs=1_000_000))


def test_a_learning_curve_from_start_to_verdict(qtbot: Any, panel: StudiesPanel) -> None:
    assert "Press Start" in panel.body.text and not panel.copy_button.isEnabled() and panel.cancel_button.isHidden()
    retype(qtbot, panel.form.editor("sizes").input, "3")
    click(panel.start_button)
    assert panel.progress.isVisible() and panel.cancel_button.isVisible() and not panel.form.isEnabled()
    until_over(qtbot, panel)
    assert panel.words.isVisible() and "High bias" in panel.words.text() and "more units" in panel.words.text()
    assert panel.progress.isHidden() and panel.start_button.isVisible() and panel.form.isEnabled()
    assert len(panel.rows) == 9 and [p.name for p in panel.chart.picture.points] == ["train", "validation"]
    for place in (0, 1):
        assert count_color(panel.chart, QColor(theme.current().series[place])) > 100, "a line in its colour"
    assert not studying() and not panel._timer.isActive()


def test_a_repeated_holdout_by_choice_and_its_csv(qtbot: Any, panel: StudiesPanel) -> None:
    pick(qtbot, panel.kind, "Repeated holdout")
    retype(qtbot, panel.form.editor("repeats").input, "4")
    click(panel.start_button)
    until_over(qtbot, panel)
    values = [row["accuracy"] for row in panel.rows]
    assert f"{np.mean(values) * 100:.1f} % ± {np.std(values, ddof=1) * 100:.1f} %" in panel.words.text()
    click(panel.copy_button)
    rows = list(csv.DictReader(QGuiApplication.clipboard().text().splitlines()))
    assert [float(row["accuracy"]) for row in rows] == values and panel.note.text() == "4 rows copied"
    pick(qtbot, panel.kind, "Learning curve")
    assert "sizes" in panel.form.rows
    pick(qtbot, panel.kind, "Repeated holdout")
    assert panel.form.spec.repeats == 4, "a study keeps its settings"


def test_values_are_read_off_under_the_mouse(qtbot: Any, panel: StudiesPanel) -> None:
    retype(qtbot, panel.form.editor("sizes").input, "2")
    click(panel.start_button)
    until_over(qtbot, panel)
    chart = panel.chart
    train = chart.picture.points[0]
    at = chart.plot.place(train.x[1], train.y[1]).toPoint()
    QApplication.sendEvent(chart, QHelpEvent(QEvent.Type.ToolTip, at, chart.mapToGlobal(at)))
    assert QToolTip.text().startswith("examples 210, train 0.")
    assert chart.readout(0).startswith("examples 21,")
    assert chart.readout(0) in chart.accessibleDescription()
    QToolTip.hideText()


def test_cancel_keeps_what_was_measured(qtbot: Any, panel: StudiesPanel) -> None:
    retype(qtbot, panel.form.editor("repeats").input, "50")
    click(panel.start_button)
    qtbot.waitUntil(lambda: len(panel.rows) >= 2, timeout=10_000)
    click(panel.cancel_button)
    until_over(qtbot, panel)
    assert panel.words.text().startswith(f"Cancelled after {len(panel.rows)} run") and panel.chart.isVisible()
    assert 2 <= len(panel.rows) < 300 and not studying()


def test_a_study_is_cancelled_in_the_middle_of_a_run(qtbot: Any, panel: StudiesPanel) -> None:
    long(panel)
    click(panel.start_button)
    qtbot.waitUntil(lambda: panel.runner.thread.progress.done > 0, timeout=10_000)
    qtbot.waitUntil(lambda: "21 examples, run 1 of 3" in panel.doing.text(), timeout=10_000)
    click(panel.cancel_button)
    until_over(qtbot, panel)
    assert not panel.rows and "Press Start" in panel.body.text


@pytest.mark.parametrize("end", ["panel", "session", "destroyed"])
def test_the_thread_ends_with_panel_session_or_object(qtbot: Any, session: Session, end: str) -> None:
    panel = opened(StudiesPanel, session)
    if end != "destroyed":
        show(qtbot, panel)
    long(panel)
    panel.start_button.click()
    runner = panel.runner
    qtbot.waitUntil(lambda: runner.thread.progress.done > 0, timeout=10_000)
    if end == "panel":
        panel.close()
    elif end == "session":
        session.close()
    else:
        panel.deleteLater()
        QApplication.sendPostedEvents(panel, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: not studying(), timeout=10_000)
    assert runner.thread is None


def test_errors_come_in_words(qtbot: Any, panel: StudiesPanel) -> None:
    document = panel.document
    document.set_part("split", Split(train=1.0, validation=0.0))
    click(panel.start_button)
    until_over(qtbot, panel)
    assert "Learning curve stopped" in panel.words.text() and "needs a validation part" in panel.words.text()
    assert panel.words.property("role") == "error" and panel.start_button.isVisible()
    retype(qtbot, panel.form.editor("sizes").input, "1")
    click(panel.start_button)
    assert panel.runner.thread is None and "at least 2" in panel.words.text()


def test_a_broken_network_is_refused_before_anything_starts(panel: StudiesPanel) -> None:
    panel.document.set_part("loss", Loss.registry.get("MeanSquaredError")())
    assert not panel.document.analysis.ok
    click(panel.start_button)
    assert panel.runner.thread is None and panel.words.text().startswith("The study can't start: ")


def test_a_change_of_the_network_is_said_beside_the_results(qtbot: Any, panel: StudiesPanel) -> None:
    retype(qtbot, panel.form.editor("sizes").input, "2")
    click(panel.start_button)
    until_over(qtbot, panel)
    panel.clear()
    assert panel.note.text() == "" and panel.chart.isVisible(), "another live run takes nothing away"
    before = panel.document.experiment
    panel.document.set_part("training", before.training.replace(epochs=7))
    assert panel.note.text() == "The experiment has changed since."
    panel.document.undo_stack.undo()
    assert panel.note.text() == ""


def test_the_live_run_is_left_alone(qtbot: Any, panel: StudiesPanel, session: Session) -> None:
    session.start()
    qtbot.waitUntil(lambda: session.state == "ready", timeout=10_000)
    data, history = session.runs.data, session.runs.history
    pick(qtbot, panel.kind, "Repeated holdout")
    click(panel.start_button)
    session.run()
    until_over(qtbot, panel)
    qtbot.waitUntil(lambda: session.state == "finished", timeout=10_000)
    assert session.runs.data is data and session.runs.history is history and history.epochs.count == 5
    assert session.source.get(session.document.experiment) is data, "the data of other splits did not push it out"


@pytest.mark.parametrize("name", ["light", "dark"])
def test_small_docks_show_controls_chart_and_words(qtbot: Any, panel: StudiesPanel, qapp: QApplication, name: str) -> None:
    theme.apply(qapp, name)
    try:
        panel.resize(400, 220)
        retype(qtbot, panel.form.editor("sizes").input, "2")
        click(panel.start_button)
        until_over(qtbot, panel)
        assert (panel.width(), panel.height()) == (400, 220) and panel.settings.isHidden()
        for button in (panel.kind, panel.start_button, panel.copy_button, panel.settings_button):
            assert panel.rect().contains(button.mapTo(panel, QPoint(button.width() - 1, button.height() - 1)))
        assert panel.chart.height() >= 60 and panel.chart.width() > 300 and panel.words_area.height() >= 40
        assert count_color(panel.chart, theme.color("surface")) > 0.5 * panel.chart.width() * panel.chart.height()
        click(panel.settings_button)
        assert panel.settings.isVisible() and panel.form.editor("sizes").isVisible()
    finally:
        theme.apply(qapp, "light")


def test_a_narrow_dock_shows_settings_or_words_never_one_over_the_other(qtbot: Any, session: Session) -> None:
    """As in the first layout of a small screen: first the words, then, on a click, the settings in their place."""
    made = opened(StudiesPanel, session)
    show(qtbot, made, 297, 190)
    assert made.settings.isHidden() and made.body.isVisible() and made.body.text
    click(made.settings_button)
    qtbot.waitUntil(lambda: made.settings.width() > 250, timeout=2000)
    assert made.settings.isVisible() and made.body.isHidden()
    made.resize(640, 300)
    qtbot.waitUntil(lambda: made.body.isVisible() and made.settings.geometry().right() < made.body.geometry().left(), timeout=2000)


def test_enter_on_the_buttons_starts_and_cancels(qtbot: Any, panel: StudiesPanel) -> None:
    long(panel)
    panel.start_button.setFocus()
    QTest.keyClick(panel.start_button, Qt.Key.Key_Return)
    assert panel.runner.thread is not None and panel.cancel_button.hasFocus()
    QTest.keyClick(panel.cancel_button, Qt.Key.Key_Return)
    until_over(qtbot, panel)
