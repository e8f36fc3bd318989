"""The curves panel: what it draws of a run, what it says under the mouse, and taking the values elsewhere."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panel_help import MLP, Regression, Run, count_color, grab, show
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QBoxLayout

from vitrine.core.training.history import RunHistory
from vitrine.gui.look import theme
from vitrine.gui.panels.curves.panel import CurvesPanel
from vitrine.gui.panels.curves.readout import fitting


@pytest.fixture
def run() -> Run:
    run = Run(MLP)
    run.train(100)
    return run


@pytest.fixture
def panel(qtbot: Any, run: Run) -> CurvesPanel:
    panel = run.shown(qtbot, CurvesPanel, 700, 300)
    panel.curves.seconds = 60.0  # a record is taken in at once, however busy the machine is
    return panel


def history_of(losses: np.ndarray, per_epoch: int = 10) -> RunHistory:
    history = RunHistory()
    for step, loss in enumerate(losses.tolist(), start=1):
        history.add_step(step, (step - 1) // per_epoch, loss, math.nan, 0.1, step * 0.01)
        if step % per_epoch == 0:
            epoch = step // per_epoch
            history.add_epoch({"epoch": epoch, "step": step, "train_loss": loss, "validation_loss": 1 + abs(epoch - 3)})
    return history


def test_empty_says_what_to_do(panel: CurvesPanel) -> None:
    assert "Press Space" in panel.body.text
    panel.draw_history(RunHistory())
    assert "Press Space" in panel.body.text


def test_draws_the_run(panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    assert panel.body.text == ""
    loss, accuracy = panel.charts
    assert (loss.title, accuracy.title) == ("Loss", "Accuracy")
    assert [(c.name, c.kind) for c in loss.lines] == [("train", "raw"), ("train", "smooth"), ("validation", "epochs")]
    for chart in panel.charts:
        assert count_color(chart, chart.color("train")) > 30 and count_color(chart, chart.color("validation")) > 20


def test_more_steps_change_the_picture(qtbot: Any, panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    before = grab(panel.charts[0])
    run.train(100)
    panel.draw_history(run.trainer.history)
    qtbot.waitUntil(lambda: grab(panel.charts[0]) != before)
    assert panel.charts[0].extent == (0.0, 200.0)


def test_nothing_new_costs_no_redraw(panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    grab(panel.charts[0])
    drawn = panel.charts[0]._pixmap
    panel.draw_history(run.trainer.history)
    grab(panel.charts[0])
    assert panel.charts[0]._pixmap is drawn is not None


def test_value_under_the_mouse(qtbot: Any, panel: CurvesPanel, run: Run) -> None:
    history = run.trainer.history
    panel.draw_history(history)
    chart = panel.charts[0]
    grab(chart)
    QTest.mouseMove(chart, QPoint(round(float(chart.plot.x_of(50.0))), 100))
    qtbot.waitUntil(lambda: not math.isnan(chart.pointer))
    assert chart.cursor_heading().startswith("step 50")
    train, validation = chart.readout(chart.pointer)
    assert train[2] == pytest.approx(float(history.steps.column("loss")[49]))
    assert validation[2] == pytest.approx(float(history.epochs.column("validation_loss")[0]))
    assert not math.isnan(panel.charts[1].pointer), "the other chart points at the same step"
    QTest.mouseMove(panel, QPoint(2, 2))
    QApplication.sendEvent(chart, leave())
    assert math.isnan(panel.charts[1].pointer)


def leave() -> Any:
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.Leave)


def test_best_epoch_is_marked(panel: CurvesPanel) -> None:
    panel.draw_history(history_of(np.linspace(3, 1, 60)))
    chart = panel.charts[0]
    assert chart.best == (30.0, 1.0, 3) and chart.best_text() == "best 1, epoch 3"
    image = grab(chart)
    at = QPointF(float(chart.plot.x_of(30.0)), float(chart.plot.y_of(1.0)))
    ring = [image.pixelColor(round(at.x() + 5 * math.cos(a)), round(at.y() + 5 * math.sin(a))) for a in np.linspace(0, 6.28, 16)]
    wanted = chart.color("validation")
    assert sum(abs(c.red() - wanted.red()) < 90 and abs(c.blue() - wanted.blue()) < 90 for c in ring) > 8


def test_changes_by_hand_are_marked(panel: CurvesPanel) -> None:
    history = history_of(np.linspace(3, 1, 60))
    history.mark(40, "learning rate 0.01")
    panel.draw_history(history)
    chart = panel.charts[0]
    chart.set_cursor(40.0)
    assert "learning rate 0.01" in chart.cursor_heading()


def test_no_extreme_is_lost_in_a_long_run(panel: CurvesPanel) -> None:
    losses = np.full(50_000, 0.5)
    losses[31_234] = 7.0
    panel.draw_history(history_of(losses, 50_000))
    panel.smooth.setValue(0)
    chart = panel.charts[0]
    image = grab(chart)
    assert chart.plot.y[1] > 7.0
    x, y = round(float(chart.plot.x_of(31_235.0))), round(float(chart.plot.y_of(5.0)))
    near = [image.pixelColor(x + d, y) for d in (-2, -1, 0, 1, 2)]
    assert chart.color("train") in near, "the spike's line passes here"


def test_log_axis(panel: CurvesPanel) -> None:
    panel.draw_history(history_of(10.0 ** -np.linspace(0, 4, 400)))
    panel.smooth.setValue(0)
    chart = panel.charts[0]
    panel.log.click()
    grab(chart)
    low, high = chart.plot.y
    assert 0 < low < 2e-4 and high >= 1
    ys = [float(chart.plot.y_of(10.0**-k)) for k in range(5)]
    np.testing.assert_allclose(np.diff(ys), np.diff(ys)[0], rtol=1e-6, err_msg="decades are equally far apart")


def test_by_epoch(panel: CurvesPanel) -> None:
    panel.draw_history(history_of(np.linspace(3, 1, 60)))
    panel.axis.setCurrentIndex(1)
    chart = panel.charts[0]
    assert chart.x_name == "epoch" and chart.extent == (0.0, 6.0)
    assert [(c.name, c.series.x.tolist()) for c in chart.lines] == [("train", [1, 2, 3, 4, 5, 6]), ("validation", [1, 2, 3, 4, 5, 6])]


def test_smoothing_is_a_running_average_over_the_measured_points(panel: CurvesPanel) -> None:
    noisy = 1 + np.random.default_rng(0).normal(size=2000)
    panel.draw_history(history_of(noisy))
    panel.smooth.setValue(20)
    kinds = {c.kind: c.series for c in panel.charts[0].lines if c.name == "train"}
    assert len(kinds["smooth"]) == len(kinds["raw"]) == 2000
    assert kinds["smooth"].y[500:].std() < 0.2 * kinds["raw"].y.std()
    assert "about 100 steps" in panel.smooth.toolTip()
    panel.smooth.setValue(0)
    assert [c.kind for c in panel.charts[0].lines if c.name == "train"] == ["raw"]


def test_wheel_zooms_both_and_double_click_shows_all(panel: CurvesPanel) -> None:
    panel.draw_history(history_of(np.linspace(3, 1, 600)))
    chart = panel.charts[0]
    grab(chart)
    at = QPointF(float(chart.plot.x_of(300.0)), 100.0)
    wheel = QWheelEvent(
        at,
        chart.mapToGlobal(at),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart, wheel)
    assert chart.view is not None and chart.view == panel.charts[1].view
    low, high = chart.view
    assert low < 300 < high and high - low == pytest.approx(600 * 0.64)
    assert float(chart.plot.x_of(300.0)) == pytest.approx(at.x(), abs=0.5), "what is under the mouse stays there"
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert chart.view is None and panel.charts[1].view is None


def test_drag_moves_the_range(panel: CurvesPanel) -> None:
    panel.draw_history(history_of(np.linspace(3, 1, 600)))
    chart = panel.charts[0]
    panel._set_range(100.0, 200.0)
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 80))
    QTest.mouseMove(chart, QPoint(150, 80))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(150, 80))
    assert chart.view is not None and chart.view[0] > 105 and chart.view[1] - chart.view[0] == pytest.approx(100)


def test_a_regression_shows_rmse(qtbot: Any) -> None:
    run = Regression()
    panel = run.open(CurvesPanel)
    show(qtbot, panel)
    run.train(5)
    panel.draw_history(run.trainer.history)
    assert not panel.charts[1].isVisible(), "nothing but the loss is measured yet"
    run.train(10)
    panel.clear()
    panel.draw_history(run.trainer.history)
    assert panel.charts[1].isVisible() and panel.charts[1].title == "RMSE" and panel.shown.itemText(2) == "RMSE"


def test_one_chart_alone_and_beside_or_below(panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    assert panel.pair.direction() == QBoxLayout.Direction.LeftToRight
    panel.resize(300, 400)
    assert panel.pair.direction() == QBoxLayout.Direction.TopToBottom
    panel.shown.setCurrentIndex(1)
    assert panel.charts[0].isVisible() and not panel.charts[1].isVisible()


def test_follows_the_theme(qtbot: Any, panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    light = grab(panel.charts[0]).pixelColor(3, 40)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "dark")
    try:
        panel.theme_changed()
        assert grab(panel.charts[0]).pixelColor(3, 40) == QColor(theme.DARK.surface) != light
    finally:
        theme.apply(app, "light")


def test_saves_picture_and_values(panel: CurvesPanel, run: Run, tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    run.session.message.connect(lambda kind, text: said.append((kind, text)))
    panel.draw_history(run.trainer.history)
    panel.save_picture(tmp_path / "curves")
    assert QImage(str(tmp_path / "curves.png")).width() > 500
    panel.save_csv(tmp_path / "run.csv")
    lines = (tmp_path / "run.csv").read_text().splitlines()
    assert len(lines) == 101 and lines[0].startswith("step,epoch,loss")
    assert float(lines[7].split(",")[2]) == run.trainer.history.steps.column("loss")[6]
    assert (tmp_path / "run_epochs.csv").read_text().startswith("epoch,step,train_loss")
    panel.save_csv(tmp_path / "missing" / "run.csv")
    assert [kind for kind, _ in said] == ["info", "info", "error"]


def test_menu_offers_saving_only_with_something_to_save(panel: CurvesPanel, run: Run) -> None:
    enabled = {a.text(): a.isEnabled() for a in panel.make_menu().actions() if a.text()}
    assert enabled == {"Show all": True, "Save picture…": False, "Save values as CSV…": False}
    panel.draw_history(run.trainer.history)
    assert all(a.isEnabled() for a in panel.make_menu().actions() if a.text())


def test_clear_forgets(panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    panel.clear()
    assert "Press Space" in panel.body.text and panel.charts[0].lines == []


def test_keys_read_values_and_zoom(panel: CurvesPanel) -> None:
    history = history_of(np.linspace(3, 1, 60))
    panel.draw_history(history)
    chart = panel.charts[0]
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    first = chart.pointer
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.pointer == first + 1 == panel.charts[1].pointer
    assert chart.readout(chart.pointer)[0][2] == history.steps.column("loss")[int(chart.pointer) - 1]
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert chart.view is not None and chart.view[1] - chart.view[0] == pytest.approx(48)
    QTest.keyClick(chart, Qt.Key.Key_Home)
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.view is None and math.isnan(chart.pointer)


def test_enter_presses_a_toggle_and_keys_of_the_window_stay_away(panel: CurvesPanel) -> None:
    panel.draw_history(history_of(np.linspace(3, 1, 60)))
    zoomed = []
    action = QAction("Zoom in", panel, shortcut="+")
    action.triggered.connect(lambda: zoomed.append("canvas"))
    panel.addAction(action)
    panel.charts[0].setFocus()
    QTest.keyClick(panel.charts[0], Qt.Key.Key_Plus)
    assert panel.charts[0].view is not None and zoomed == []
    panel.log.setFocus()
    QTest.keyClick(panel.log, Qt.Key.Key_Return)
    assert panel.log.isChecked() and panel.charts[0].plot.log


def test_controls_fit_a_narrow_dock(panel: CurvesPanel, run: Run) -> None:
    panel.draw_history(run.trainer.history)
    panel.resize(300, 180)
    QApplication.processEvents()
    shown = [panel.axis, panel.log, panel.smooth_label, panel.smooth, panel.shown]
    assert all(w.isVisible() and w.width() >= w.minimumSizeHint().width() and w.geometry().right() < 300 for w in shown)
    assert all(left.geometry().right() < right.geometry().left() for left, right in zip(shown, shown[1:]))
    assert not panel.axis.cut and not panel.shown.cut and len({w.toolTip() for w in shown}) == 4, "label and slider say the same"
    panel.resize(245, 180)
    QApplication.processEvents()
    assert not panel.smooth_label.isVisible() and not panel.axis.cut and panel.shown.geometry().right() < 245


@pytest.mark.parametrize("last", [240, 418, 999, 61_234])
def test_a_narrow_chart_has_more_than_one_tick(panel: CurvesPanel, last: int) -> None:
    panel.draw_history(history_of(np.linspace(3, 1, last)))
    panel.resize(260, 160)
    chart = panel.charts[0]
    assert len(chart.x_ticks()) >= 2


def test_a_narrow_chart_is_read_off_more_briefly(panel: CurvesPanel) -> None:
    metrics, color = panel.fontMetrics(), QColor("red")
    full = [(color, "train 0.01735 (smoothed 0.06612)"), (color, "validation 0.05904 (best 0.0418, epoch 36)")]
    rows, width = fitting(metrics, "step 1,714", full, 1000)
    assert rows == full and width < 1000
    rows, width = fitting(metrics, "step 1,714", full, width - 10)
    assert [text for _, text in rows] == ["train 0.01735", "validation 0.05904"]
    assert width < metrics.horizontalAdvance("validation 0.05904 (best") + 24
