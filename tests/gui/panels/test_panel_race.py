"""The race of optimizers: played, stopped, steered and started elsewhere, by clicks and keys as a person has them."""

from __future__ import annotations

from typing import Any

import pytest
from panel_help import MLP, Run, count_color, show
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QTreeWidget, QWidget
from side_panels import pick

from vitrine.core.surfaces.race import race
from vitrine.gui.app import make_window
from vitrine.gui.look import theme
from vitrine.gui.panels.race.panel import FACTORS, RacePanel
from vitrine.gui.panels.race.race_table import NAME, VALUE
from vitrine.gui.panels.race.race_view import trail_pen
from vitrine.gui.widgets.charts.axes import value_text

NINE = {"SGD", "Momentum", "Nesterov", "Adagrad", "Adadelta", "RMSProp", "Adam", "AdaMax", "Nadam"}
LEFT = Qt.MouseButton.LeftButton


def ready(qtbot: Any, panel: RacePanel) -> None:
    """Until every ticked optimizer has its trail and the picture shows it."""
    qtbot.waitUntil(lambda: set(panel.view._trails) == set(panel.table.ticked) and not panel._work.isActive(), timeout=60_000)


@pytest.fixture
def panel(qtbot: Any) -> RacePanel:
    made = Run(MLP).open(RacePanel)
    show(qtbot, made, 640, 320)
    ready(qtbot, made)
    return made


def box_of(table: QTreeWidget, item: Any) -> QPoint:
    """The middle of a row's check box."""
    row = table.visualItemRect(item)
    return QPoint(row.left() + 9, row.center().y())


def reached(panel: RacePanel, name: str) -> str:
    return panel.table.item_of(name).text(VALUE)


def shown_value(panel: RacePanel, name: str, step: int) -> str:
    return value_text(panel.trails[name].at(step)[2]).replace("-", "\N{MINUS SIGN}")


def test_a_hidden_panel_computes_nothing(qtbot: Any) -> None:
    made = Run(MLP).open(RacePanel)
    qtbot.addWidget(made)
    assert not made.trails and not made._work.isActive() and not made.playing
    assert made.request() is None, "it asks nothing of a network"


def test_it_opens_with_the_nine_at_the_end_of_the_long_valley(panel: RacePanel) -> None:
    assert type(panel.surface).__name__ == "LongValley" and set(panel.table.ticked) == NINE
    assert panel.slider.value() == panel.surface.steps and panel.note.text() == f"step {panel.surface.steps}"
    for name in NINE:
        assert reached(panel, name) == shown_value(panel, name, panel.surface.steps)
    assert reached(panel, "LBFGS") == "", "not ticked"
    assert not panel.playing and panel.play.text() == "Play"
    for index in range(2):
        assert count_color(panel.view, trail_pen(index).color()) > 30, "a trail in its colour"


@pytest.mark.parametrize("title", ["Beale's function", "Saddle point", "Rosenbrock's banana"])
def test_another_surface(panel: RacePanel, qtbot: Any, title: str) -> None:
    pick(qtbot, panel.surface_choice, title)
    ready(qtbot, panel)
    assert panel.surface.title == title and panel.view.surface is panel.surface
    assert panel.slider.maximum() == panel.surface.steps and f"{panel.surface.steps:,} steps" == panel.length.currentText()
    assert panel.surface.formula in panel.story.text()
    expected = race(panel.surface, [panel._entrant("Adam")])[0]
    assert panel.trails["Adam"].values[-1] == expected.values[-1]


def test_the_saddle_tells_its_story_in_the_table(panel: RacePanel, qtbot: Any) -> None:
    pick(qtbot, panel.surface_choice, "Saddle point")
    ready(qtbot, panel)
    assert abs(float(reached(panel, "SGD"))) < 0.01
    for name in NINE - {"SGD"}:
        assert float(reached(panel, name).replace("\N{MINUS SIGN}", "-")) < -1.9


def test_play_runs_to_the_end_and_stops(panel: RacePanel, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitrine.gui.panels.race.panel.TICKS", 8)
    seen: list[int] = []
    panel.slider.valueChanged.connect(seen.append)
    qtbot.mouseClick(panel.play, LEFT)
    assert panel.playing and panel.play.text() == "Pause" and panel.slider.value() == 0
    qtbot.waitUntil(lambda: not panel.playing)
    assert seen == sorted(seen) and seen[-1] == panel.steps and len(seen) >= 8
    assert panel.play.text() == "Play" and not panel.play.isChecked()


def test_pause_keeps_the_step_and_play_goes_on_from_there(panel: RacePanel, qtbot: Any) -> None:
    qtbot.mouseClick(panel.play, LEFT)
    qtbot.waitUntil(lambda: panel.slider.value() > 3)
    qtbot.mouseClick(panel.play, LEFT)
    stopped = panel.slider.value()
    assert not panel.playing and 3 < stopped < panel.steps
    qtbot.keyClick(panel.play, Qt.Key.Key_Return)
    assert panel.playing and panel.slider.value() >= stopped
    qtbot.waitUntil(lambda: panel.slider.value() > stopped)


def test_hiding_stops_the_timer(panel: RacePanel, qtbot: Any) -> None:
    qtbot.mouseClick(panel.play, LEFT)
    assert panel.playing
    panel.hide()
    assert not panel.playing and not panel.play.isChecked()
    panel.factor.setCurrentIndex(panel.factor.count() - 1)
    assert not panel.trails and not panel._work.isActive()
    panel.show()
    ready(qtbot, panel)
    assert not panel.playing and set(panel.trails) == NINE


def test_the_slider_goes_to_any_step(panel: RacePanel, qtbot: Any) -> None:
    qtbot.keyClick(panel.slider, Qt.Key.Key_Home)
    assert panel.view.step == 0 and panel.note.text() == "step 0"
    assert len({reached(panel, name) for name in NINE}) == 1, "all stand at the start"
    qtbot.keyClick(panel.slider, Qt.Key.Key_Right)
    assert panel.view.step == 1
    for name in NINE:
        assert reached(panel, name) == shown_value(panel, name, 1)


def test_ticking_lets_one_in_or_out(panel: RacePanel, qtbot: Any) -> None:
    table = panel.table
    adam, lbfgs = table.item_of("Adam"), table.item_of("LBFGS")
    qtbot.mouseClick(table.viewport(), LEFT, pos=box_of(table, adam))
    assert adam.checkState(NAME) == Qt.CheckState.Unchecked
    assert "Adam" not in panel.view._trails and reached(panel, "Adam") == ""
    table.scrollToItem(lbfgs)
    qtbot.mouseClick(table.viewport(), LEFT, pos=box_of(table, lbfgs))
    ready(qtbot, panel)
    assert "LBFGS" in panel.view._trails and float(reached(panel, "LBFGS")) < 1e-6
    table.setCurrentItem(adam)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert adam.checkState(NAME) == Qt.CheckState.Checked
    ready(qtbot, panel)
    assert reached(panel, "Adam") == shown_value(panel, "Adam", panel.steps)


def test_pointing_at_a_row_thickens_its_trail(panel: RacePanel, qtbot: Any) -> None:
    color = trail_pen(1).color()
    before = count_color(panel.view, color)
    viewport = panel.table.viewport()
    qtbot.mouseMove(viewport, panel.table.visualItemRect(panel.table.item_of("Nesterov")).center())
    qtbot.mouseMove(viewport, panel.table.visualItemRect(panel.table.item_of("Momentum")).center())
    assert panel.view.highlighted == "Momentum"
    assert panel.view.readout.startswith("Momentum: f(") and panel.view.readout.endswith(reached(panel, "Momentum"))
    assert count_color(panel.view, color) > 1.3 * before


def test_a_click_sets_another_start_and_the_chip_takes_it_back(panel: RacePanel, qtbot: Any) -> None:
    assert not panel.own_start.isVisible()
    place = QPoint(panel.view.width() // 4, panel.view.height() // 5)
    qtbot.mouseClick(panel.view, LEFT, pos=place)
    ready(qtbot, panel)
    assert panel.start is not None and panel.own_start.isVisible()
    x, y = panel.start
    back = panel.view.place(x, y)
    assert abs(back.x() - place.x()) < 1 and abs(back.y() - place.y()) < 1
    for name in NINE:
        assert tuple(panel.trails[name].points[0]) == (x, y)
    assert f"{abs(x):.2f}" in panel.own_start.text()
    qtbot.mouseClick(panel.own_start, LEFT)
    ready(qtbot, panel)
    assert panel.start is None and not panel.own_start.isVisible()
    assert tuple(panel.trails["SGD"].points[0]) == panel.surface.start


def test_other_buttons_do_not_set_a_start(panel: RacePanel, qtbot: Any) -> None:
    qtbot.mouseClick(panel.view, Qt.MouseButton.RightButton, pos=QPoint(40, 40))
    assert panel.start is None and panel.view.point(QPointF(-3, 5)) is None


def test_the_value_under_the_mouse(panel: RacePanel, qtbot: Any) -> None:
    place = QPoint(60, 50)
    qtbot.mouseMove(panel.view, QPoint(20, 20))
    qtbot.mouseMove(panel.view, place)
    assert panel.view.hovered is not None
    x, y = panel.view.hovered
    assert panel.view.readout == f"f({x:.2f}, {y:.2f}) = {value_text(panel.surface.value(x, y))}".replace("-", "\N{MINUS SIGN}")
    assert panel.view.place(x, y) == QPointF(place)


def test_a_rate_too_high_is_said_where_it_is_seen(panel: RacePanel, qtbot: Any) -> None:
    pick(qtbot, panel.surface_choice, "Rosenbrock's banana")
    pick(qtbot, panel.factor, "rate \N{MULTIPLICATION SIGN} 10")
    ready(qtbot, panel)
    assert panel.trails["SGD"].optimizer.learning_rate == pytest.approx(10 * panel.surface.rates["SGD"])
    assert reached(panel, "SGD") == "diverged" and reached(panel, "Adam") != "diverged"
    assert "diverged at step" in panel.table.item_of("SGD").toolTip(NAME)
    pick(qtbot, panel.factor, "rate \N{MULTIPLICATION SIGN} 1")
    ready(qtbot, panel)
    assert reached(panel, "SGD") != "diverged" and "Learning rate here" in panel.table.item_of("SGD").toolTip(NAME)


def test_more_steps(panel: RacePanel, qtbot: Any) -> None:
    pick(qtbot, panel.length, f"{panel.surface.steps * 2:,} steps")
    ready(qtbot, panel)
    assert panel.steps == panel.surface.steps * 2 == panel.trails["SGD"].steps == panel.slider.maximum() == panel.slider.value()
    pick(qtbot, panel.surface_choice, "Saddle point")
    ready(qtbot, panel)
    assert panel.steps == 2 * panel.surface.steps, "twice as many there, too"


def test_steps_forward_only_add_to_the_picture(panel: RacePanel) -> None:
    panel.slider.setValue(0)
    panel.view.grab()
    before = panel.view.redraws

    def stroked() -> int:
        """Points that the next picture takes: what it costs, whatever else the machine does."""
        points = panel.view.stroked
        panel.view.grab()
        return panel.view.stroked - points

    assert stroked() == 0, "nothing has moved"
    added = []
    for step in range(1, panel.steps + 1, 2):
        panel.slider.setValue(step)
        added.append(stroked())
    assert panel.view.redraws == before
    assert 0 < max(added) <= 3 * len(panel.trails), "two steps further: at most three points of each way"
    grown = panel.view.grab().toImage()
    panel.view.retheme()
    assert stroked() > 10 * max(added), "while all of it takes all points"
    anew = panel.view.grab().toImage()
    differing = sum(
        abs(QColor(grown.pixel(x, y)).lightness() - QColor(anew.pixel(x, y)).lightness()) > 60
        for x in range(0, grown.width(), 2)
        for y in range(0, grown.height(), 2)
    )
    assert differing < 0.01 * grown.width() * grown.height() / 4, "drawn piece by piece it looks as drawn at once"
    panel.slider.setValue(3)
    panel.view.grab()
    assert panel.view.redraws == before + 2, "a step back draws it anew"


def test_both_themes(panel: RacePanel, qtbot: Any, qapp: Any) -> None:
    light = panel.view.grab().toImage().pixelColor(5, 5)
    before = theme.current().name
    try:
        theme.apply(qapp, "dark")
        panel.theme_changed()
        dark = panel.view.grab().toImage().pixelColor(5, 5)
        assert light.lightness() > 150 > dark.lightness()
        assert count_color(panel.view, trail_pen(1).color()) > 30
    finally:
        theme.apply(qapp, before)
        panel.theme_changed()


def test_lines_can_be_told_apart() -> None:
    pens = [(trail_pen(i).color().name(), trail_pen(i).style()) for i in range(11)]
    assert len(set(pens)) == len(pens)


def test_it_fits_a_small_dock(panel: RacePanel, qtbot: Any) -> None:
    panel.resize(400, 220)
    qtbot.mouseClick(panel.view, LEFT, pos=QPoint(20, 20))
    ready(qtbot, panel)
    hint = panel.minimumSizeHint()
    assert hint.width() <= 400 and hint.height() <= 220
    assert panel.view.width() >= 150 and panel.view.height() >= 140
    parts: list[QWidget] = [panel.surface_choice, panel.play, panel.slider, panel.note, panel.view, panel.table, panel.factor, panel.length]
    for part in [*parts, panel.own_start]:
        corner = part.mapTo(panel, QPoint(part.width(), part.height()))
        assert part.isVisible() and corner.x() <= 400 and corner.y() <= 220, part.objectName()
    assert panel.slider.width() >= 60
    assert panel.note.fontMetrics().horizontalAdvance("step 3,200") <= panel.note.width()
    assert panel.table.isHeaderHidden() and FACTORS.index(1.0) == panel.factor.currentIndex()


def test_in_a_narrow_dock_the_picture_keeps_its_room(panel: RacePanel, qtbot: Any) -> None:
    panel.resize(240, 190)
    assert panel.minimumSizeHint().width() <= 240 and panel.minimumSizeHint().height() <= 190
    qtbot.waitUntil(lambda: panel.table.isColumnHidden(VALUE) and panel.view.width() >= 90)
    assert panel.note.isHidden() and panel.slider.width() >= 56
    for part in (panel.surface_choice, panel.play, panel.slider, panel.table, panel.factor, panel.length):
        assert part.mapTo(panel, QPoint(part.width(), part.height())).x() <= 240, part.objectName()
    panel.resize(640, 320)
    assert not panel.table.isColumnHidden(VALUE) and panel.note.isVisible()


def test_in_the_window_it_waits_behind_the_unit_weights(qtbot: Any) -> None:
    window = make_window()
    window.resize(1280, 720)
    with qtbot.waitExposed(window):
        window.show()
    window.fill()
    dock, panel = window.docks.docks["race"], window.docks.panels["race"]
    assert isinstance(panel, RacePanel) and not window.docks.panel_visible("race") and not panel.trails
    assert window.docks.panel_visible("unit_weights")
    dock.raise_()
    qtbot.waitUntil(lambda: window.docks.panel_visible("race"))
    ready(qtbot, panel)
    qtbot.mouseClick(panel.play, LEFT)
    assert panel.playing
    window.docks.docks["unit_weights"].raise_()
    qtbot.waitUntil(lambda: not panel.playing)
    window._leaving = True
    window.close()
    window.deleteLater()
