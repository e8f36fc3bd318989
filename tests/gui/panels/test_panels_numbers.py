"""The sheet of numbers and the map of the loss: fed by real runs, read as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from panel_help import CNN, Regression, Run, count_color, show
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QTextCursor
from window_help import opened

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.regularizers.base import Regularizer
from vitrine.datasets.build import build
from vitrine.gui.look import theme
from vitrine.gui.panels.cost_surface.panel import CostSurfacePanel
from vitrine.gui.panels.numbers.number_sheet import number, short
from vitrine.gui.panels.numbers.panel import NumbersPanel
from vitrine.gui.window.main_window import MainWindow


class ExampleRun(Run):
    """A shipped example."""

    def __init__(self, name: str) -> None:
        self.experiment = load_project(find(name)).experiment
        self._begin(build(self.experiment.dataset, self.experiment.preprocessing, self.experiment.split))  # type: ignore[arg-type]


def text_of(panel: NumbersPanel) -> str:
    return " ".join(panel.sheet.toPlainText().split())


@pytest.fixture
def neuron(qtbot: Any) -> tuple[NumbersPanel, Run]:
    run = ExampleRun("one_neuron")
    panel = run.open(NumbersPanel)
    show(qtbot, panel)
    run.feed(panel)
    return panel, run


def test_the_lecture_neuron_in_words_and_numbers(neuron: tuple[NumbersPanel, Run]) -> None:
    """E = (w * 1 - 1)^2 at w = 3: 4 by the chain rule, 4 by adding a small amount; then the next step's."""
    panel, run = neuron
    shown = text_of(panel)
    assert "Both ways are equal" in shown and "Forward, step 0" in shown and "Mean squared error, E = 4.000000" in shown
    assert "dE/dW = x × dE/dz = 1.000000 × 4.000000 = 4.000000" in shown
    assert "(E(w + h) − E(w − h)) / 2h = 4.000000" in shown and "E(w + h) = 4.00000400, E(w − h) = 3.99999600" in shown
    assert "W 3.000000 4.000000 4.000000" in shown and "3.000000 − 0.1 × 4.000000 = 2.600000" in shown
    run.train(1)
    run.feed(panel)
    shown = text_of(panel)
    assert "Forward, step 1" in shown and "W 2.600000 3.200000 3.200000" in shown and "E = 2.560000" in shown


def test_another_amount(neuron: tuple[NumbersPanel, Run]) -> None:
    panel, run = neuron
    panel.amount.setCurrentIndex(2)
    run.feed(panel)
    assert "E(w + h) = 4.41000000, E(w − h) = 3.61000000, h = 0.1" in text_of(panel) and "= 4.000000" in text_of(panel)


def test_xor_row_by_row(qtbot: Any) -> None:
    run = ExampleRun("xor_by_example")
    panel = run.open(NumbersPanel)
    show(qtbot, panel)
    run.train(5)
    run.session.focus.select_sample("train", 2)
    panel.chooser._choose("dense_2")
    run.feed(panel)
    shown = text_of(panel)
    x, _ = run.data.split("train")
    assert f"input x, 2 {number(float(x[2, 0]))} {number(float(x[2, 1]))}" in shown.replace("\xa0", " ")
    assert "Gradients of dense_2 · all 5 weights" in shown and "Both ways are equal" in shown
    assert "W[1, 1], worked out" in shown
    panel.sheet.anchorClicked.emit(QUrl("W[4, 1]"))
    assert "W[4, 1], worked out" in text_of(panel)
    before = run.trainer.network.views["dense_2/b"][0]
    assert number(float(before)) in text_of(panel)


def test_a_table_too_large_shows_the_largest(qtbot: Any) -> None:
    run = Run(CNN)
    panel = run.open(NumbersPanel)
    show(qtbot, panel)
    panel.chooser._choose("dense_1")
    answer = run.feed(panel)
    shown = text_of(panel)
    maps, weights = answer.layers[1], answer.weights
    assert maps.size > 64 and f"the 12 largest of {maps.size}" in shown
    assert f"the {len(weights.names)} largest of {10 * (maps.size + 1):,}" in shown
    assert "Both ways are equal" in shown
    assert panel.sheet.verticalScrollBar().value() > 100, "the chosen layer's table comes into sight"
    panel.sheet.verticalScrollBar().setValue(60)
    run.train(1)
    run.feed(panel)
    assert panel.sheet.verticalScrollBar().value() == 60, "what is read stays where it is"
    panel.clear()
    assert "Press B" in panel.body.text


def at_top(panel: NumbersPanel) -> str:
    """The first line in sight."""
    return panel.sheet.cursorForPosition(QPoint(8, 8)).block().text()


@pytest.fixture
def digits(qtbot: Any) -> tuple[NumbersPanel, Run]:
    run = Run(CNN)
    panel = run.open(NumbersPanel)
    show(qtbot, panel)
    run.feed(panel)
    return panel, run


def test_it_begins_at_the_top_and_goes_to_the_gradients_of_a_layer_that_is_asked_for(digits: tuple[NumbersPanel, Run]) -> None:
    panel, run = digits
    assert at_top(panel).startswith("Forward, step 0")
    panel.chooser._choose("dense_1")
    run.feed(panel)
    assert at_top(panel).startswith("Gradients of dense_1")


def test_the_line_at_the_top_stays_in_another_width(digits: tuple[NumbersPanel, Run], qtbot: Any) -> None:
    """Wider, the forward part takes fewer lines: what follows it came up, and one read somewhere else."""
    panel, _ = digits
    panel.sheet.scrollToAnchor("gradients")
    before = at_top(panel), panel.sheet.document().size().height()
    assert before[0].startswith("Gradients")
    for width in (1100, 300, 700):
        panel.resize(width, panel.height())
        qtbot.waitUntil(lambda wanted=width: panel.sheet.width() == wanted)
        assert at_top(panel) == before[0]
    assert panel.sheet.document().size().height() != before[1]


def test_a_weight_that_is_clicked_is_worked_out_in_sight(digits: tuple[NumbersPanel, Run]) -> None:
    """It stood below a table of thirty lines, and nothing seemed to happen."""
    panel, run = digits
    panel.chooser._choose("dense_1")
    run.feed(panel)
    name = panel.sheet.answer.weights.names[1]
    assert "worked out" not in in_sight(panel)
    panel.sheet.anchorClicked.emit(QUrl(name))
    assert f"{name}, worked out" in in_sight(panel)


def in_sight(panel: NumbersPanel) -> str:
    cursor = panel.sheet.cursorForPosition(QPoint(0, 0))
    cursor.setPosition(
        panel.sheet.cursorForPosition(panel.sheet.viewport().rect().bottomRight()).position(), QTextCursor.MoveMode.KeepAnchor
    )
    return cursor.selection().toPlainText()


def test_a_click_on_a_weight_is_no_complaint_of_qt(digits: tuple[NumbersPanel, Run], qtlog: Any) -> None:
    panel, _ = digits
    before = len(qtlog.records)
    panel.sheet.anchorClicked.emit(QUrl("W[1, 1, 1, 2]"))
    assert panel.sheet.weight == "W[1, 1, 1, 2]" and len(qtlog.records) == before


def test_what_is_marked_stays_marked_while_it_trains(digits: tuple[NumbersPanel, Run]) -> None:
    """It was gone with the next numbers, twice a second: nobody could copy a line."""
    panel, run = digits
    sheet = panel.sheet
    cursor = sheet.document().find("by w ")
    cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
    cursor.movePosition(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor, 3)
    sheet.setTextCursor(cursor)
    marked, place = sheet.textCursor().selection().toPlainText().splitlines(), sheet.verticalScrollBar().value()
    run.train(3)
    run.feed(panel)
    again = sheet.textCursor().selection().toPlainText().splitlines()
    assert again[0] == marked[0] and len(again) == len(marked) == 3
    assert again[1] != marked[1], "the numbers are those of now"
    assert sheet.verticalScrollBar().value() == place


def test_the_part_of_an_example_chosen_elsewhere_is_read_whole(digits: tuple[NumbersPanel, Run], qtbot: Any) -> None:
    """It read tr... beside all the room there was."""
    panel, run = digits
    panel.resize(900, panel.height())
    for part in ("train", "validation", "test"):
        run.session.focus.select_sample(part, 2)
        qtbot.waitUntil(lambda: not panel.sample.box.cut)
        assert panel.sample.split == part


def test_while_a_text_is_taken_away_nobody_reads_in_it(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its scroll bar goes in the middle of that: who then asked where one reads looked into memory that was no longer there."""
    run = ExampleRun("digits_mlp")
    panel = run.open(NumbersPanel)
    show(qtbot, panel)
    run.feed(panel)
    assert panel.sheet.verticalScrollBar().isVisible()
    asked: list[None] = []
    monkeypatch.setattr(panel.sheet._reader, "place", lambda: asked.append(None))
    panel.clear()
    assert not asked and not panel.sheet.toPlainText() and not panel.sheet.verticalScrollBar().isVisible()
    monkeypatch.undo()
    for _ in range(30):
        run.feed(panel)
        panel.clear()
    run.feed(panel)
    assert "Forward, step 0" in text_of(panel)


def test_an_empty_part_says_so(qtbot: Any) -> None:
    run = Run(CNN, train=0.8, validation=0.2)
    panel = run.open(NumbersPanel)
    show(qtbot, panel)
    panel.sample.box.setCurrentIndex(panel.sample.box.findData("test"))
    run.feed(panel)
    assert "test part is empty" in panel.body.text


def test_numbers_in_both_themes(neuron: tuple[NumbersPanel, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    panel, _ = neuron
    for chosen in (theme.LIGHT, theme.DARK):
        monkeypatch.setattr(theme.switch(), "theme", chosen)
        panel.theme_changed()
        assert chosen.good in panel.sheet.build(panel.sheet.answer) and chosen.muted in panel.sheet.toHtml()


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3.000000"), (-0.5, "−0.500000"), (1.5e-7, "1.500e−7"), (2e9, "2.000e9"), (np.inf, "inf")]
)
def test_numbers_keep_their_width(value: float, text: str) -> None:
    assert number(value) == text


def test_short_numbers() -> None:
    assert [short(v) for v in (0.1, 1e-6, 3, -2.5)] == ["0.1", "0.000001", "3", "−2.5"]


# -- the map of the loss ------------------------------------------------------------------------------------------------------------


def surface(qtbot: Any, run: Run) -> CostSurfacePanel:
    panel = run.open(CostSurfacePanel)
    show(qtbot, panel)
    assert "Space" in panel.body.text
    finish(panel, run)
    return panel


def finish(panel: CostSurfacePanel, run: Run) -> None:
    for _ in range(200):
        answer = run.feed(panel, 1)
        if answer.done == answer.total:
            return
    raise AssertionError("the map is never finished")


def test_a_slice_can_be_drawn_anew(qtbot: Any) -> None:
    run = Regression()
    panel = surface(qtbot, run)
    assert panel.view.map.kind == "slice" and panel.die.isVisible()
    assert "slice along two random directions" in panel.words.text() and panel.note.text() == "step 0"
    run.train(3)
    run.feed(panel, 1)
    assert panel.note.text() == "step 3 · map of step 0" and "Recompute" in panel.words.text()
    first = panel.view.map.values
    qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    finish(panel, run)
    assert panel.note.text() == "step 3" and not np.array_equal(first, panel.view.map.values)
    second = panel.view.map.values
    qtbot.mouseClick(panel.die, Qt.MouseButton.LeftButton)
    finish(panel, run)
    assert not np.array_equal(second, panel.view.map.values)
    assert count_color(panel.view, theme.color("positive")) > 20, "the present point"


def test_the_map_says_that_the_penalty_is_in_it(qtbot: Any) -> None:
    """Else its E contradicts the loss of the curves, which holds none."""
    run = Regression()
    plain = surface(qtbot, run).words.text()
    penalty = Regularizer.registry.get("L2")(strength=0.1)
    run.trainer.adopt(run.trainer.experiment.replace(regularizer=penalty))
    panel = surface(qtbot, run)
    weights = run.trainer.network.views["dense_1/W"].astype(float)
    expected = run.trainer.evaluate("train")["train_loss"] + 0.05 * float((weights**2).sum())
    assert panel.view.map.loss == pytest.approx(expected, rel=1e-6)
    assert "with the penalty" in panel.words.text() and "penalty" not in plain


def test_an_answer_to_an_older_map_is_not_drawn(qtbot: Any) -> None:
    run = Regression()
    panel = surface(qtbot, run)
    old = panel.view.map
    panel.recompute()
    panel.draw(replace(old, loss=-1.0))
    assert panel.view.map is old


def test_one_weight_has_a_curve(qtbot: Any) -> None:
    run = ExampleRun("one_neuron")
    run.train(4)
    panel = surface(qtbot, run)
    assert panel.view.map.kind == "line" and not panel.die.isVisible()
    assert "Lowest (+) at W = 1" in panel.words.text()
    before = panel.view.place(np.array([[1.0, 0.0], [3.0, 4.0]]))
    assert before[0, 0] < before[1, 0] and before[0, 1] > before[1, 1], "to the right and upward"
    assert count_color(panel.view, theme.color("positive")) > 20


def test_the_food_truck_with_its_whole_way(qtbot: Any, lecture_dir: Any) -> None:
    run = ExampleRun("food_truck")
    run.train(1490)
    panel = surface(qtbot, run)
    run.train(9)
    run.feed(panel, 1)
    assert "W = 1.166, b = −3.63" in panel.words.text() and "all 97 training examples" in panel.words.text()
    low, high = panel.view.extent()
    corners = panel.view.place(np.array([low, high]))
    area = panel.view.area()
    np.testing.assert_allclose(corners, [[area.left(), area.bottom()], [area.right(), area.top()]])
    panel.theme_changed()
    panel.clear()
    assert "Space" in panel.body.text and panel.view.map is None


# -- in the window ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot, 1500, 900)


def test_a_standing_run_fills_the_map_and_each_step_shows_its_numbers(window: MainWindow, qtbot: Any) -> None:
    assert window.docks is not None
    docks, panels = window.docks.docks, window.docks.panels
    assert not window.docks.panel_visible("numbers") and not window.docks.panel_visible("cost_surface"), "behind others at first"
    surface, numbers = panels["cost_surface"], panels["numbers"]
    assert isinstance(surface, CostSurfacePanel) and isinstance(numbers, NumbersPanel)
    docks["cost_surface"].raise_()
    qtbot.waitUntil(lambda: surface.view.map is not None and surface.view.map.done > 50, timeout=20_000)
    docks["numbers"].raise_()
    qtbot.waitUntil(lambda: "Forward, step 0" in numbers.sheet.toPlainText(), timeout=10_000)
    for step in (1, 2):
        window.session.step_batch()
        qtbot.waitUntil(lambda wanted=step: f"Forward, step {wanted}" in numbers.sheet.toPlainText(), timeout=10_000)
    assert "Both ways are equal" in numbers.sheet.toPlainText()
