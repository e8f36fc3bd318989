"""A project whose training is damaged is opened without it, and the file is never overwritten unasked: it may be repairable."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from window_help import opened

from vitrine.core.files.examples import find
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.training.events import StepDone
from vitrine.core.training.trained import capture_trained
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.gui.state.files import reader
from vitrine.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot, 1400, 900)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """The trained XOR net; of its weights only the first half is left."""
    experiment = load_project(find("xor")).experiment.replace(name="kept")
    trainer = Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]
    next(event for event in trainer.run() if isinstance(event, StepDone))
    good, path = tmp_path / "good.vitrine", tmp_path / "kept.vitrine"
    save_project(good, Project.of(experiment, capture_trained(trainer)))
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:40] if name == "weights.safetensors" else old.read(name))
    return path


@pytest.mark.parametrize("way", ["at once", "in the reading thread"])
def test_its_experiment_is_opened_untitled_and_the_damage_is_said(
    window: MainWindow, qtbot: Any, damaged: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "in the reading thread":
        monkeypatch.setattr(reader, "SMALL", 0)
    before = damaged.read_bytes()
    assert window.files.open_path(damaged)
    qtbot.waitUntil(lambda: window.document.experiment.name == "kept" and window.session.state == "ready", timeout=30_000)
    assert window.document.path is None and not window.document.dirty and window.session.runs.step == 0
    text = window.messages.label.text()
    assert "kept.vitrine is opened without its training, which is damaged" in text and "weights.safetensors" in text
    assert damaged.read_bytes() == before and damaged in window.settings.recent()


def test_save_asks_before_it_takes_the_place_of_what_may_be_repaired(
    window: MainWindow, qtbot: Any, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, asked, offered = damaged.read_bytes(), [], []
    window.settings.set("folder", str(damaged.parent))
    window.files.open_path(damaged)

    def choose(_parent: object, _title: str, start: str, *_: object) -> tuple[str, str]:
        offered.append(start)
        return str(damaged), ""

    def answer(button: QMessageBox.StandardButton) -> None:
        def ask(box: QMessageBox) -> QMessageBox.StandardButton:
            asked.append(box.informativeText())
            return button

        monkeypatch.setattr(QMessageBox, "exec", ask)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    answer(QMessageBox.StandardButton.No)
    window.commands["save"].trigger()
    assert offered == [str(damaged.with_name("kept (new).vitrine"))], "the damaged file is not what Save comes up with"
    assert "may yet be repaired" in asked[0] and not window.files.saver.busy and damaged.read_bytes() == before
    answer(QMessageBox.StandardButton.Yes)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: window.document.path == damaged, timeout=10_000)
    assert load_project(damaged).experiment.name == "kept"
    window.commands["save"].trigger()  # it is an ordinary file by now
    qtbot.waitUntil(lambda: not window.files.saver.busy, timeout=10_000)
    assert len(asked) == 2
