"""Bad input, typed into the real forms: a message at the field or card before training starts, or a diagnosis during it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from canvas_help import Hand
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from side_panels import pick, retype

from tests.datasets.test_datasets_mnist import idx
from vitrine.core.spec import Registry
from vitrine.datasets.mnist import file_name
from vitrine.gui.window.main_window import MainWindow


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.messages.clear()
    return window


def layer_field(window: MainWindow, node: str, field: str) -> Any:
    window.document.select([node])
    return window.inspector.layer.form.editor(field).input


def page_texts(window: MainWindow) -> str:
    return " | ".join(label.text() for label in window.inspector.page.findChildren(QLabel) if label.isVisibleTo(window.inspector.page))


def refuses(window: MainWindow, qtbot: Any, *words: str) -> None:
    """Pressing Space starts nothing and says why, with these words; so does the status line."""
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    said = window.messages.label.text()
    assert window.messages.isVisible() and all(word in said for word in ("can't start", *words)), said
    assert window.session.state == "blocked" and window.session.runs.step == 0
    assert all(word in window.status.text.text() for word in words)


@pytest.mark.parametrize(
    ("node", "field", "typed", "words"),
    [
        ("dense_1", "units", "0", "at least 1"),
        ("conv2d_1", "filters", "-3", "at least 1"),
        ("conv2d_1", "kernel_size", "0", "at least 1"),
    ],
)
def test_numbers_outside_their_range(window: MainWindow, qtbot: Any, node: str, field: str, typed: str, words: str) -> None:
    """Said at the field and the card; undo brings the last good value back."""
    retype(qtbot, layer_field(window, node, field), typed)
    assert words in page_texts(window)
    assert window.canvas.network.cards[node].face.severity == "error"
    refuses(window, qtbot, words)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready" and not window.messages.isVisible(), timeout=10_000)


@pytest.mark.parametrize(
    ("node", "field", "typed", "words"),
    [
        ("maxpool2d_1", "pool_size", "9", "larger than the 8 × 8 input"),
        ("conv2d_1", "stride", "50", "leaps over the whole"),
    ],
)
def test_a_layer_that_leaves_nothing(window: MainWindow, qtbot: Any, node: str, field: str, typed: str, words: str) -> None:
    """At the card and the field, with a remedy that mends it."""
    if field == "stride":
        window.document.set_layer(node, window.document.graph[node].layer.replace(padding="valid"))
    retype(qtbot, layer_field(window, node, field), typed)
    assert words in page_texts(window)
    assert window.canvas.network.cards[node].face.severity == "error"
    refuses(window, qtbot, words)
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    assert not any(p.node == node for p in window.document.analysis.problems)


def test_a_kernel_larger_than_the_image(window: MainWindow, qtbot: Any) -> None:
    window.document.set_layer("conv2d_1", window.document.graph["conv2d_1"].layer.replace(padding="valid"))
    retype(qtbot, layer_field(window, "conv2d_1", "kernel_size"), "11")
    refuses(window, qtbot, "kernel size of 11 is larger than the 8 × 8 input")
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    assert window.document.graph["conv2d_1"].layer.kernel_size == 8


def test_a_cycle_cannot_be_drawn(window: MainWindow) -> None:
    hand, graph = Hand(window.canvas), window.document.graph
    hand.drag(hand.at("dense_1", "out"), hand.at("conv2d_1", "in"))
    assert window.document.graph == graph
    assert "cycle" in window.messages.label.text()


def test_two_outputs(window: MainWindow, qtbot: Any) -> None:
    hand = Hand(window.canvas)
    hand.drop("Dense", hand.ground())
    loose = next(n.id for n in window.document.graph.nodes if n.id not in ("dense_1",) and n.id.startswith("dense"))
    assert window.canvas.network.cards[loose].face.severity == "error"
    refuses(window, qtbot, "nothing is connected to its input")  # to build on comes before to remove
    assert window.status.text.text().endswith("Remedy: Connect dense_1. (1 more)")
    assert window.messages.button.text() == "Connect dense_1"
    assert [fix.title for fix in window.canvas.network.cards[loose].strip.fixes] == ["Connect dense_1", f"Remove {loose}"]


def test_a_loss_that_does_not_fit(window: MainWindow, qtbot: Any) -> None:
    pick(qtbot, window.inspector.training.rows["loss"].editor.input, Registry.of("loss").get("Hinge").title)
    assert "two classes" in page_texts(window)
    refuses(window, qtbot, "two classes")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("split.train", "0", "above 0"),
        ("split.train", "1.5", "at most 1"),
        ("training.batch_size", "0", "at least 1"),
        ("training.epochs", "0", "at least 1"),
    ],
)
def test_training_settings_outside_the_range(window: MainWindow, qtbot: Any, field: str, typed: str, words: str) -> None:
    part, _, name = field.partition(".")
    retype(qtbot, window.inspector.training.forms[part].editor(name).input, typed)
    assert words in page_texts(window)
    refuses(window, qtbot, words)


def test_parts_of_the_data_that_hold_nothing(window: MainWindow, qtbot: Any) -> None:
    """A training part of no examples keeps the run from starting; the others may be empty, and that is said."""
    page = window.inspector.training
    retype(qtbot, page.forms["split"].editor("train").input, "0.0001")
    qtbot.waitUntil(lambda: "training part is empty" in window.messages.label.text(), timeout=10_000)
    assert "training part is empty" in window.data_panel.error.text() and window.session.state == "blocked"
    retype(qtbot, page.forms["split"].editor("train").input, "0.85")
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)
    assert not window.messages.isVisible()
    assert "nothing for the test part" in page_texts(window)
    retype(qtbot, page.forms["split"].editor("validation").input, "0")
    qtbot.waitUntil(lambda: "Nothing is held back" in page_texts(window), timeout=10_000)


def test_a_batch_larger_than_the_data(window: MainWindow, qtbot: Any) -> None:
    retype(qtbot, window.inspector.training.forms["training"].editor("batch_size").input, "5000")
    assert "every batch holds all 1,258 examples" in page_texts(window).lower()
    qtbot.waitUntil(lambda: window.session.state == "ready" and window.session.runs.steps_per_epoch == 1, timeout=10_000)


@pytest.mark.parametrize("typed", ["0", "-1", "nan", "1e999", "quick"])
def test_a_learning_rate_that_is_none(window: MainWindow, qtbot: Any, typed: str) -> None:
    """In the toolbar the rate stays; in the form the field says what is wrong, and nothing runs until it is mended."""
    retype(qtbot, window.run_bar.rate, typed)
    assert "It stays at 0.001" in window.messages.label.text()
    assert window.document.experiment.optimizer.learning_rate == 0.001
    window.messages.clear()
    retype(qtbot, window.inspector.training.rows["optimizer"].editor.form.editor("learning_rate").input, typed)
    assert any(words in page_texts(window) for words in ("above 0", "finite", "A value is needed"))
    refuses(window, qtbot, "Learning rate")


@pytest.mark.parametrize(("part", "field"), [("training", "epochs"), ("training", "batch_size"), ("split", "train"), ("training", "seed")])
def test_an_emptied_field(window: MainWindow, qtbot: Any, part: str, field: str) -> None:
    retype(qtbot, window.inspector.training.forms[part].editor(field).input, "")
    assert "A value is needed" in page_texts(window)
    refuses(window, qtbot)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)


def test_a_learning_rate_that_breaks_the_run(window: MainWindow, qtbot: Any) -> None:
    """1e30 may be tried: the run stops with a diagnosis and keeps finite weights."""
    retype(qtbot, window.run_bar.rate, "1e30")
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Infinity" in window.messages.label.text() or "NaN" in window.messages.label.text(), timeout=20_000)
    assert "learning rate" in window.messages.label.text()
    assert window.session.state != "running"
    assert window.document.selection and window.document.selection[0] in window.messages.label.text()
    window.commands["reset"].trigger()  # what is said of that run ends with it
    assert window.messages.current is None or window.messages.current.kind == "info"


def test_a_schedule_that_does_not_fit_the_run(window: MainWindow, qtbot: Any) -> None:
    page = window.inspector.training
    pick(qtbot, page.rows["schedule"].editor.input, Registry.of("schedule").get("WarmUp").title)
    retype(qtbot, page.rows["schedule"].editor.form.editor("epochs").input, "500")
    assert "would end before" in page_texts(window)
    refuses(window, qtbot, "would end before")


def test_labels_outside_the_range(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """Twelve is no digit: the file and the row are named, and the work stays."""
    for part in ("train", "t10k"):
        labels = np.arange(40, dtype=np.uint8) % 10
        labels[7] = 12
        (tmp_path / file_name(part, 3)).write_bytes(idx(np.zeros((40, 8, 8), np.uint8)))
        (tmp_path / file_name(part, 1)).write_bytes(idx(labels))
    graph = window.document.graph
    window.document.set_part("dataset", Registry.of("dataset").get("MNIST")(folder=str(tmp_path)))
    qtbot.waitUntil(lambda: "label 12 in row 8" in window.messages.label.text(), timeout=10_000)
    assert "label 12 in row 8" in window.data_panel.error.text()
    assert window.session.state == "blocked" and window.document.graph == graph
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=10_000)


def test_more_memory_than_the_machine_has(window: MainWindow, qtbot: Any) -> None:
    """Refused with the numbers before anything is allocated, a remedy beside it."""
    window.document.select([])
    assert any(text.startswith("Memory about") for text in window.inspector.texts())
    window.document.set_layer("conv2d_1", window.document.graph["conv2d_1"].layer.replace(kernel_size=1000, padding="same"))
    retype(qtbot, layer_field(window, "conv2d_1", "filters"), "10000")
    refuses(window, qtbot, "GB of memory, this machine has", "conv2d_1")
    assert "GB of memory" in page_texts(window) and "about 3" in window.inspector.layer.memory.text()
    assert window.canvas.network.cards["conv2d_1"].face.severity == "error"
    assert window.messages.button.text().startswith("Set filters to ")
    for _ in range(2):
        window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "ready" and not window.messages.isVisible(), timeout=10_000)
