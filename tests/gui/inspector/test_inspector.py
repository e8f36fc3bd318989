"""The inspector: the selection's form, undoable edits, figures, problems with remedies, the training form."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QPushButton
from side_panels import experiment, exposed, pick, retype, texts

from vitrine.core.activations.linear import Linear
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import Registry
from vitrine.core.training.experiment import Experiment
from vitrine.gui.inspector import Inspector
from vitrine.gui.inspector.training_page import updates_text
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session


@pytest.fixture
def inspector(qtbot):
    document = Document(experiment())
    yield from exposed(qtbot, Inspector(document, Session(document)), 300, 640)


def units(inspector: Inspector):
    return inspector.layer.form.editor("units").input


def button(page, text: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.text() == text and b.isVisibleTo(page))


def test_one_layer_shows_what_it_is_and_amounts_to(inspector):
    inspector.document.select(["dense_2"])
    shown = texts(inspector.page)
    assert inspector.page is inspector.layer and inspector.layer.name.text() == "dense_2"
    assert "Dense" in shown and "y = f(x W + b)" in shown
    assert "32 × 10 + 10 = 330" in shown and "320 an example" in shown


def test_edits_are_undoable_and_merge_by_field(inspector, qtbot):
    document = inspector.document
    document.select(["dense_1"])
    for text in ("16", "20", "24"):
        retype(qtbot, units(inspector), text)
    assert document.graph["dense_1"].layer.units == 24 and document.undo_stack.count() == 1
    pick(qtbot, inspector.layer.form.editor("activation").input, Linear.title)
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.graph["dense_1"].layer == Dense(units=32, activation="ReLU")
    assert units(inspector).text() == "32"
    assert inspector.layer.form.editor("activation").input.currentText() == "ReLU"
    document.undo_stack.redo()
    assert units(inspector).text() == "24"


def test_a_layer_that_nothing_feeds_takes_nothing_yet(inspector, qtbot):
    """Only what has no input of its own takes the data."""
    document = inspector.document
    (edge,) = (e for e in document.graph.edges if e.target == "dense_1")
    document.edit_graph(document.graph.disconnect(edge.source, edge.target), "Disconnect")
    document.select(["dense_1"])
    assert inspector.layer.takes.text() == "nothing yet"
    document.select(["input_1"])
    assert inspector.layer.takes.text() == "the data"


def test_drop_last_batch_fits_its_row_and_tells_what_is_left_out(inspector, qtbot):
    form = inspector.training.forms["training"]
    inspector.resize(300, 700)
    qtbot.mouseClick(form.more, Qt.MouseButton.LeftButton)
    row = form.rows["drop_last"]
    assert row.label.height() <= 2.5 * row.label.fontMetrics().height()  # two lines at the most
    retype(qtbot, form.editor("batch_size").input, "100")
    box = row.editor.findChild(QCheckBox) or row.editor
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert inspector.document.experiment.training.drop_last
    assert "about 1,258 examples / batch 100 = 12 updates an epoch, 58 left out" in texts(inspector.page)


def test_figures_follow_the_edit(inspector, qtbot):
    inspector.document.select(["dense_1"])
    retype(qtbot, units(inspector), "100")
    assert "64 × 100 + 100 = 6,500" in texts(inspector.page)


def test_a_bad_value_is_said_once_beside_its_field(inspector, qtbot):
    inspector.document.select(["dense_1"])
    retype(qtbot, units(inspector), "0")
    assert len([t for t in texts(inspector.page) if "at least 1" in t]) == 1
    assert not inspector.document.analysis.ok


def test_a_problem_bound_to_a_field_offers_its_remedy_there(inspector, qtbot):
    document = inspector.document
    document.select(["dense_2"])
    retype(qtbot, units(inspector), "7")
    row = inspector.layer.form.rows["units"]
    assert any("10 classes need 10" in t for t in row.problems.texts())
    qtbot.mouseClick(button(inspector.page, "Set units to 10"), Qt.MouseButton.LeftButton)
    assert document.graph["dense_2"].layer.units == 10 and document.analysis.ok
    assert units(inspector).text() == "10" and row.problems.texts() == []


def test_a_problem_of_the_layer_offers_its_remedy(inspector, qtbot):
    document = inspector.document
    document.edit_graph(document.graph.remove(["flatten_1"]), "Remove")
    document.select(["dense_1"])
    assert any("Takes a vector" in t for t in texts(inspector.page))
    qtbot.mouseClick(button(inspector.page, "Insert Flatten"), Qt.MouseButton.LeftButton)
    assert document.analysis.ok and not any("Takes a vector" in t for t in texts(inspector.page))


def test_renaming(inspector, qtbot):
    document = inspector.document
    document.select(["dense_1"])
    retype(qtbot, inspector.layer.name, "hidden")
    assert "hidden" in document.graph and document.selection == ["hidden"]
    retype(qtbot, inspector.layer.name, "dense_2")
    assert "hidden" in document.graph and any("is taken" in t for t in texts(inspector.page))
    qtbot.keyClick(inspector.layer.name, Qt.Key.Key_Escape)
    assert inspector.layer.name.text() == "hidden"
    retype(qtbot, inspector.layer.name, "2 words")
    assert any("letters, digits and underscores" in t for t in texts(inspector.page))


def test_a_layer_with_nothing_to_set_says_so(inspector):
    inspector.document.select(["flatten_1"])
    assert "Nothing to set." in texts(inspector.page)


def test_several_layers_of_one_type_are_set_in_one_step(inspector, qtbot):
    document = inspector.document
    document.select(["dense_1", "dense_2"])
    assert inspector.page is inspector.many
    assert "2 layers" in texts(inspector.page) and "Differs: 32, 10" in texts(inspector.page)
    retype(qtbot, inspector.many.form.editor("units").input, "12")
    assert [document.graph[n].layer.units for n in ("dense_1", "dense_2")] == [12, 12]
    assert document.graph["dense_2"].layer.activation.title == "softmax", "other fields stay"
    assert not any("Differs: 32" in t for t in texts(inspector.page))
    document.undo_stack.undo()
    assert [document.graph[n].layer.units for n in ("dense_1", "dense_2")] == [32, 10]


def test_several_layers_are_deleted_in_one_step(inspector, qtbot):
    document = inspector.document
    document.select(["flatten_1", "dense_1"])
    assert inspector.many.form is None
    qtbot.mouseClick(inspector.many.remove_button, Qt.MouseButton.LeftButton)
    assert [n.id for n in document.graph.nodes] == ["input_1", "dense_2"] and inspector.page is inspector.training
    document.undo_stack.undo()
    assert len(document.graph.nodes) == 4


def test_training_form_has_every_part_of_the_experiment(inspector):
    assert {*inspector.training.rows, *inspector.training.forms} == set(Experiment.PARTS)


def test_optimizer_and_its_rate(inspector, qtbot):
    document, page = inspector.document, inspector.training
    other = next(cls for cls in Registry.of("optimizer") if cls.__name__ != "SGD")
    pick(qtbot, page.rows["optimizer"].editor.input, other.title)
    assert isinstance(document.experiment.optimizer, other)
    retype(qtbot, page.rows["optimizer"].editor.form.editor("learning_rate").input, "0.5")
    assert document.experiment.optimizer.learning_rate == 0.5
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.experiment.optimizer.title == "SGD" and page.rows["optimizer"].editor.input.currentText() == "SGD"


def test_problems_of_the_settings_stand_beside_their_fields(inspector, qtbot):
    page = inspector.training
    retype(qtbot, page.rows["optimizer"].editor.form.editor("learning_rate").input, "0")
    assert len([t for t in texts(page) if "above 0" in t]) == 1
    retype(qtbot, page.forms["split"].editor("validation").input, "0.6")
    assert any("can't be more than 1" in t for t in page.forms["split"].rows["validation"].problems.texts())
    assert page.problems.texts() == []


def test_a_loss_that_does_not_fit_is_said_at_the_loss(inspector, qtbot):
    from vitrine.core.losses.base import Loss

    info = inspector.document.info
    misfit = next((cls for cls in Loss.registry if cls().fits(info)), None)
    if misfit is None:
        pytest.skip("no registered loss refuses ten classes")
    pick(qtbot, inspector.training.rows["loss"].editor.input, misfit.title)
    assert len(inspector.training.rows["loss"].problems.texts()) == 1


def test_updates_an_epoch(inspector, qtbot):
    page = inspector.training
    assert any("about 1,258 examples / batch 32 = 40 updates an epoch" in t for t in texts(page))
    inspector.session.source.load(inspector.document.experiment)
    inspector.session.runs.prepared.emit(None)
    assert "1,258 examples / batch 32 = 40 updates an epoch" in texts(page)
    retype(qtbot, page.forms["training"].editor("batch_size").input, "full")
    assert "1,258 examples in one batch = 1 update an epoch" in texts(page)


def test_counting_as_the_lecture_does():
    assert updates_text(10_000, 10) == "10,000 examples / batch 10 = 1,000 updates an epoch"
    assert updates_text(4, 4) == "4 examples / batch 4 = 1 update an epoch"
    assert updates_text(100, None) == updates_text(0, 10) == updates_text(100, 0) == ""


def test_network_table_selects(inspector, qtbot):
    table = inspector.training.table
    cells = [[table.item(r, c).text() for c in range(3)] for r in range(table.rowCount())]
    assert cells[0] == ["input_1", "8 × 8 × 1", "0"] and cells[2] == ["dense_1", "32", "2,080"]
    assert "2,410 parameters, 2,368 multiply-adds an example" in texts(inspector.training)
    assert any(
        re.fullmatch(r"Memory about [\d.]+ MB; a step about [\d.]+ ms, an epoch about [\d.]+ m?s", text)
        for text in texts(inspector.training)
    )
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualItemRect(table.item(2, 0)).center())
    assert inspector.document.selection == ["dense_1"]


def test_data_that_is_not_there_is_said_at_the_data(inspector, tmp_path):
    if "MNIST" not in Registry.of("dataset"):
        pytest.skip("no dataset of files is registered")
    mnist = Registry.of("dataset").get("MNIST")(folder=str(tmp_path / "nowhere"))
    inspector.document.set_part("dataset", mnist)
    row = inspector.training.rows["dataset"]
    assert len(row.problems.texts()) == 1 and "nowhere" in row.problems.texts()[0]


def test_what_is_typed_is_committed_before_a_run(inspector, qtbot):
    inspector.document.select(["dense_1"])
    line = units(inspector).lineEdit()
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "48")
    inspector.finish()
    assert inspector.document.graph["dense_1"].layer.units == 48


def test_space_ticks_the_box_that_has_the_focus(inspector, qtbot):
    ran = []
    QShortcut(QKeySequence(Qt.Key.Key_Space), inspector).activated.connect(lambda: ran.append(True))
    inspector.activateWindow()
    qtbot.waitUntil(inspector.isActiveWindow)
    tick = inspector.training.forms["split"].editor("stratified").input
    tick.setFocus()
    qtbot.keyClick(tick, Qt.Key.Key_Space)
    assert inspector.document.experiment.split.stratified is False and ran == []


def test_nothing_is_wider_than_a_narrow_dock(inspector, qtbot):
    document = inspector.document
    for cls in Layer.registry:
        graph, new = document.graph.add(cls())
        document.edit_graph(graph, "Add", select=[new])
        inspector.resize(280, 600)
        assert inspector.page.content.minimumSizeHint().width() <= inspector.page.viewport().width(), cls.__name__
    document.select([])
    assert inspector.page.content.minimumSizeHint().width() <= inspector.page.viewport().width()


def rate_shown(inspector: Inspector) -> str:
    return inspector.training.rows["optimizer"].editor.nested("learning_rate").input.text()


def test_another_optimizer_takes_its_own_rate_and_says_so(inspector, qtbot):
    """Nobody had set the old one's rate: the new default comes, visibly, in one step that undo takes back."""
    document, said = inspector.document, []
    inspector.session.message.connect(lambda kind, text: said.append(text))
    sgd, adam = Optimizer.registry.get("SGD"), Optimizer.registry.get("Adam")
    document.set_part("optimizer", sgd())
    steps = document.undo_stack.count()
    pick(qtbot, inspector.training.rows["optimizer"].editor.combo, adam.title)
    assert document.experiment.optimizer == adam() and rate_shown(inspector) == "0.001"
    words = "The learning rate went from 0.01 to 0.001"
    assert any(words in t for t in texts(inspector.page)) and any(words in t for t in said)
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert document.experiment.optimizer == sgd() and rate_shown(inspector) == "0.01"
    assert not any(words in t for t in texts(inspector.page))


def test_another_optimizer_keeps_a_rate_that_was_set(inspector, qtbot):
    document = inspector.document
    document.set_part("optimizer", Optimizer.registry.get("SGD")())
    retype(qtbot, inspector.training.rows["optimizer"].editor.nested("learning_rate").input, "0.3")
    steps = document.undo_stack.count()
    pick(qtbot, inspector.training.rows["optimizer"].editor.combo, "Adam")
    assert document.experiment.optimizer == Optimizer.registry.get("Adam")(learning_rate=0.3)
    assert rate_shown(inspector) == "0.3" and document.undo_stack.count() == steps + 1
    assert any("Adam keeps the learning rate of 0.3" in t and "0.001" in t for t in texts(inspector.page))


def test_a_linear_output_says_that_the_loss_adds_the_softmax(inspector: Inspector) -> None:
    document = inspector.document
    document.select(["dense_2"])
    assert "in the loss" not in inspector.layer.shape.text(), "its own softmax: nothing is added"
    document.set_layer("dense_2", Dense(units=10))
    assert inspector.layer.shape.text() == "10, softmax in the loss"
    assert "it comes after this layer" in inspector.layer.shape.toolTip()
    document.select(["dense_1"])
    assert "in the loss" not in inspector.layer.shape.text()


def test_opening_brings_the_inspector_up_to_date_once(inspector, monkeypatch):
    """A selection that there was none of is not given up: the page was made anew for nothing."""
    made = []
    monkeypatch.setattr(inspector.training, "refresh", lambda: made.append(1))
    inspector.document.select([])
    inspector.document.load(inspector.document.experiment.with_seed(7))
    assert made == [1]


def test_space_runs_after_a_number_was_entered(inspector, qtbot):
    """It put a blank in place of the number."""
    ran = []
    QShortcut(QKeySequence(Qt.Key.Key_Space), inspector).activated.connect(lambda: ran.append(True))
    inspector.activateWindow()
    qtbot.waitUntil(inspector.isActiveWindow)
    box = inspector.training.forms["training"].editor("epochs").box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "12")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert ran == [True] and box.text() == "12"
    box.lineEdit().end(False)
    qtbot.keyClick(box, Qt.Key.Key_Space)  # in the middle of typing it belongs to the number: 1 000
    assert ran == [True] and box.text() == "12 "
