"""A window with live panels in any state that a user can bring it to, and what is at stake there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMessageBox
from state_help import Brittle, Clouds, experiment, fingerprint, known, trained_file

from vitrine.gui.panels.base import Panel
from vitrine.gui.window.main_window import LAYOUT_VERSION, MainWindow
from vitrine.gui.window.settings import Settings

LIVE_PANELS = ("curves", "feature_maps", "unit_weights", "predictions")


# as the first window with these panels laid its docks out: the others find it in the settings, which takes half the time
_layouts: dict[tuple[str, ...], QByteArray] = {}


@dataclass
class Scene:
    """A window in some state. before: the weights that are at stake; said: all messages since then; steps: those that they
    name, each with the step at which the run that is here stood when that was said."""

    window: MainWindow
    folder: Path
    qtbot: Any
    before: tuple[int, str] | None = None
    said: list[str] = field(default_factory=list)
    answer: int = QMessageBox.StandardButton.Save  # what is pressed when it is asked about unsaved work
    asked: int = 0
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def hear(self, kind: str, text: str) -> None:
        """A message comes."""
        self.said.append(f"{kind}: {text}")
        self.steps += [(text, int(step.replace(",", "")), self.window.session.runs.step) for step in re.findall(r"step (\d[\d,]*)", text)]

    @property
    def state(self) -> str:
        return self.window.session.state

    def do(self, command: str) -> None:
        self.window.commands[command].trigger()

    def wait(self, *states: str) -> None:
        self.qtbot.waitUntil(lambda: self.state in states, timeout=20_000)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            step = self.window.session.runs.step
            self.window.session.step_batch()
            self.qtbot.waitUntil(lambda step=step: self.window.session.runs.step > step and self.state == "paused", timeout=20_000)

    def units(self, units: int, node: str = "brittle_1") -> None:
        document = self.window.document
        document.set_layer(node, document.graph[node].layer.replace(units=units))


@pytest.fixture
def live_panels_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window makes no other panels than the live ones, and so opens in two thirds of the time. The others would be hidden, and are asked
    nothing; they are there in `test_pairs_of_verbs.py`, in the same states."""
    live = {kind.id: kind for kind in Panel.registry if kind.id in LIVE_PANELS}
    monkeypatch.setattr(Panel.registry, "_things", live)
    monkeypatch.setattr(Panel.registry, "_ordered", None)


@pytest.fixture
def scene(clouds: type[Clouds], qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    settings, kinds = Settings(), tuple(kind.id for kind in Panel.registry)
    if kinds in _layouts:
        settings.set("layout", _layouts[kinds])
    window = MainWindow(experiment(), settings)
    made = Scene(window, tmp_path, qtbot)
    window.show()
    window.fill()
    assert window.docks is not None
    if kinds not in _layouts:
        window.docks.spread(without=[name for name in window.docks.docks if name not in LIVE_PANELS])
        _layouts[kinds] = window.saveState(LAYOUT_VERSION)
    assert all(map(window.docks.panel_visible, LIVE_PANELS))
    panels = set(window.docks.panels)
    made.wait("ready")
    window.document.path = tmp_path / "work.vitrine"

    def press(_box: QMessageBox) -> int:
        made.asked += 1
        return made.answer

    monkeypatch.setattr(QMessageBox, "exec", press)
    window.messages.show_message = lambda kind, text, *_, **__: made.hear(kind, text)  # type: ignore[method-assign]
    yield made
    assert set(window.docks.panels) == panels  # none broke and was taken out
    Clouds.gate.set()
    made.answer = QMessageBox.StandardButton.Discard
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)  # what is being saved ends first
    window.deleteLater()


# -- the states -------------------------------------------------------------------------------------------------------------------


def preparing(scene: Scene) -> None:
    path, trained = trained_file(scene.folder)
    Clouds.gate.clear()
    scene.window.session.source._kept = (None, None)  # as if the file were the first thing opened
    assert scene.window.files.open_path(path)
    scene.before = fingerprint(trained)


def ready(scene: Scene) -> None:
    """Nothing is trained yet, nothing can be lost."""


def running(scene: Scene) -> None:
    scene.train(2)
    scene.do("run")
    scene.qtbot.waitUntil(lambda: scene.state == "running" and scene.window.session.runs.step > 10, timeout=20_000)


def paused(scene: Scene) -> None:
    scene.train(4)


def blocked(scene: Scene) -> None:
    scene.train(4)
    scene.units(7, "dense_1")
    scene.wait("blocked")


def finished(scene: Scene) -> None:
    scene.window.document.set_part("training", scene.window.document.experiment.training.replace(epochs=2))
    scene.do("run")
    scene.wait("finished")


def failed(scene: Scene) -> None:
    scene.train(4)
    Brittle.broken = True
    scene.do("run")
    scene.wait("failed")
    Brittle.broken = False


def data_missing(scene: Scene) -> None:
    data = scene.folder / "points.csv"
    data.write_text("here")
    path, trained = trained_file(scene.folder, str(data))
    data.unlink()
    assert scene.window.files.open_path(path)
    scene.wait("blocked")
    scene.before = fingerprint(trained)


def just_edited(scene: Scene) -> None:
    """The run has not followed yet: nothing was processed since the edit."""
    scene.train(4)
    scene.before = known(scene.window, scene.qtbot)
    scene.units(5)


STATES: dict[str, tuple[Callable[[Scene], None], str]] = {
    "preparing": (preparing, "preparing"), "ready": (ready, "ready"), "running": (running, "running"), "paused": (paused, "paused"),
    "blocked": (blocked, "blocked"), "finished": (finished, "finished"), "failed": (failed, "failed"), "data_missing": (data_missing, "blocked"),
    "just_edited": (just_edited, "paused"),
}  # fmt: skip
