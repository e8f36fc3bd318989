"""The data panel: which data, how much, what was done to it, real samples, and errors with a way out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from side_panels import experiment, exposed, pick, texts

from vitrine.core.layers.input import Input
from vitrine.core.network.graph import GraphSpec
from vitrine.core.spec import Registry
from vitrine.datasets.base import Dataset, Info
from vitrine.gui.data.data_panel import DataPanel
from vitrine.gui.data.sample_preview import SamplePreview
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session


@pytest.fixture
def panel(qtbot):
    document = Document(experiment())
    yield from exposed(qtbot, DataPanel(document, Session(document)), 260, 236)


def prepare(panel: DataPanel) -> None:
    panel.session.runs.current.data = panel.session.source.load(panel.document.experiment)
    panel.session.runs.prepared.emit(None)


def picture(widget) -> QImage:
    return widget.grab().toImage()


def test_counts_classes_and_preprocessing_are_shown(panel):
    assert panel.preview.text == "Loading…" and "1,797 examples" in texts(panel)
    prepare(panel)
    shown = texts(panel)
    assert "1,258 train · 270 validation · 269 test" in shown
    assert any(t.startswith("10 classes: 0, 1, 2") and "8 × 8 × 1" in t for t in shown)
    assert any(t.startswith("Standardized") and "training part" in t for t in shown)


def test_samples_are_real_and_a_click_shows_others(panel, qtbot):
    prepare(panel)
    preview = panel.preview
    x, y = panel.session.runs.data.split("train")
    first = preview.rows.copy()
    assert preview.label(0) == str(y[first[0]])
    source = panel.session.runs.data.transform.inverse(x[first[:1]])
    assert source.min() >= -1e-3 and source.max() <= 16.001, "samples are drawn with the source's own values"
    before = picture(preview)
    qtbot.mouseClick(preview, Qt.MouseButton.LeftButton)
    assert not np.array_equal(first, preview.rows) and picture(preview) != before


def test_another_dataset_is_chosen_and_undone(panel, qtbot):
    other = next(cls for cls in Registry.of("dataset") if cls().describe().element == "points")
    pick(qtbot, panel.combo, other.title)
    assert isinstance(panel.document.experiment.dataset, other)
    assert panel.preview.dataset is None, "the old data's samples are not the new data's"
    prepare(panel)
    assert panel.preview.dataset is panel.session.runs.data
    panel.document.undo_stack.undo()
    assert panel.combo.currentText() == "Digits 8 × 8"


def test_data_can_be_looked_at_before_there_is_a_network(panel, qtbot):
    panel.document.load(panel.document.experiment.replace(graph=GraphSpec.chain(Input())))
    assert panel.session.state == "blocked"
    qtbot.waitUntil(lambda: panel.preview.dataset is not None, timeout=10_000)
    assert "1,258 train · 270 validation · 269 test" in texts(panel)
    panel.session.start()
    pick(qtbot, panel.combo, "Spiral")
    qtbot.waitUntil(lambda: panel.preview.dataset is not None and panel.preview.dataset.info.element == "points", timeout=10_000)
    assert panel.session.state == "blocked"
    panel.document.undo_stack.undo()
    qtbot.waitUntil(lambda: "1,258 train · 270 validation · 269 test" in texts(panel), timeout=10_000)


def test_missing_files_are_said_and_a_folder_can_be_chosen(panel, qtbot, monkeypatch, tmp_path):
    mnist = Registry.of("dataset").get("MNIST")
    panel.document.set_part("dataset", mnist(folder=str(tmp_path / "nowhere")))
    assert panel.error.isVisibleTo(panel) and "nowhere" in panel.error.text()
    assert not panel.preview.isVisibleTo(panel)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: str(tmp_path))
    qtbot.mouseClick(panel.choose_button, Qt.MouseButton.LeftButton)
    assert panel.document.experiment.dataset.folder == str(tmp_path)
    panel.document.undo_stack.undo()
    assert panel.document.experiment.dataset.folder == str(tmp_path / "nowhere")


def test_an_error_while_loading_is_said_until_the_data_comes(panel):
    panel.session.message.emit("error", "the file ends too early")
    assert panel.error.text() == "The file ends too early" and panel.error.isVisibleTo(panel)
    prepare(panel)
    assert not panel.error.isVisibleTo(panel) and panel.preview.isVisibleTo(panel)


def dataset(element: str, x: np.ndarray, classes: tuple[str, ...] = ("no", "yes"), **more) -> Dataset:
    y = np.arange(len(x)) % len(classes) if classes else x.reshape(len(x), -1)[:, :1]
    info = Info("Test", element, x.shape[1:], "classification" if classes else "regression", classes, () if classes else (1,), **more)
    parts = {name: (x, y) for name in ("train", "validation", "test")}
    return Dataset(info, parts, {name: np.arange(len(x)) for name in parts})


@pytest.mark.parametrize(
    "data",
    [
        dataset("image", np.random.default_rng(0).random((30, 8, 8, 1), np.float32)),
        dataset("image", np.random.default_rng(0).random((3, 5, 9, 3), np.float32)),
        dataset("image", np.full((3, 5, 5, 1), np.nan, np.float32)),
        dataset("points", np.random.default_rng(1).normal(size=(500, 2)).astype(np.float32)),
        dataset("points", np.zeros((4, 2), np.float32)),
        dataset("table", np.random.default_rng(2).normal(size=(20, 13)).astype(np.float32), (), feature_names=("a", "b")),
        dataset("points", np.linspace(0, 1, 20, dtype=np.float32)[:, None], ()),
        dataset("sequence", np.random.default_rng(3).normal(size=(9, 12, 2)).astype(np.float32)),
    ],
    ids=["gray", "color", "broken", "points", "one place", "table", "one feature", "sequence"],
)
def test_every_kind_of_element_is_drawn(qtbot, data):
    preview = SamplePreview()
    qtbot.addWidget(preview)
    preview.resize(240, 110)
    preview.set_dataset(None, "")
    empty = picture(preview)
    preview.set_dataset(data)
    assert picture(preview) != empty


def test_samples_that_cannot_be_put_into_words_are_not_shown_and_nothing_breaks(qtbot) -> None:
    """Painting broke in the middle, and Qt with it."""

    class Mute:
        element, class_names, feature_names, target_names = "table", (), (), ()

        class task:
            @staticmethod
            def say(value: object, info: object) -> str:
                raise ValueError("no words")

    data = Dataset(Mute(), {"train": (np.zeros((5, 3), np.float32), np.zeros(5))}, {})  # type: ignore[arg-type]
    preview = SamplePreview()
    qtbot.addWidget(preview)
    preview.set_dataset(data)
    preview.resize(300, 200)
    preview.grab()
    preview.show_others()
    preview.set_dataset(data)
    preview.grab()
    assert preview.text == "No samples can be shown: ValueError: no words" and preview.dataset is None


def test_counts_of_much_data_say_them_all(panel, qtbot):
    """The test part was cut off beside MNIST's 54,000."""
    prepare(panel)
    full = panel.counts.fontMetrics().horizontalAdvance(panel.counts.text())
    panel.counts.resize(full, 20)
    assert panel.counts.shown == "1,258 train · 270 validation · 269 test"
    panel.counts.resize(full - 10, 20)
    assert panel.counts.shown == "1,258 train · 270 val. · 269 test"
