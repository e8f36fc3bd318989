"""The window goes first: training waits between two short steps while the window works, and never for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from state_help import experiment

from vitrine.core.studies.base import Build, Progress, Study, StudyEvent
from vitrine.core.training.experiment import Experiment
from vitrine.gui.panels.studies.study_run import StudyThread
from vitrine.gui.state import courtesy as module
from vitrine.gui.state.courtesy import Courtesy, Turns
from vitrine.gui.window.main_window import MainWindow


class Steps(threading.Thread):
    """Comes by between two steps, again and again, and counts."""

    def __init__(self, courtesy: Courtesy, count: int = 1) -> None:
        super().__init__(daemon=True)
        self.turns, self.count, self.made = Turns(courtesy), count, 0
        self.begun = threading.Event()

    def run(self) -> None:
        self.begun.set()
        for _ in range(self.count):
            self.turns.between_steps()
            self.made += 1


def test_a_short_step_waits_until_the_window_has_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    monkeypatch.setattr(module, "SHORT_STEP", 60.0)
    courtesy = Courtesy()
    steps = Steps(courtesy)
    with courtesy:
        with courtesy:
            steps.start()
            steps.begun.wait()
        steps.join(0.05)
        assert steps.is_alive() and courtesy.busy and not steps.made, "the inner work is over, the outer is not"
    steps.join(30)
    assert steps.made == 1 and not courtesy.busy


def test_a_long_step_goes_on_beside_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    monkeypatch.setattr(module, "SHORT_STEP", 0.0)
    courtesy = Courtesy()
    steps = Steps(courtesy, count=20)
    with courtesy:
        steps.start()
        steps.join(30)
        assert steps.made == 20


def test_for_what_somebody_did_long_steps_wait_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while it is painted afterwards, and no longer than that."""
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    monkeypatch.setattr(module, "SHORT_STEP", 0.0)
    monkeypatch.setattr(module, "SHOWN_IN", 60.0)
    courtesy = Courtesy()
    steps = Steps(courtesy, count=20)
    with courtesy.deed():
        steps.start()
        steps.join(0.05)
        assert steps.made == 0
    steps.join(30)
    later = Steps(courtesy)
    with courtesy:
        later.start()
        later.join(0.05)
        assert steps.made == 20 and not later.made, "what was done is being shown"
    later.join(30)
    monkeypatch.setattr(module, "SHOWN_IN", 0.0)
    with courtesy.deed():
        pass
    with courtesy:
        assert courtesy.busy and not courtesy.urgent


@pytest.mark.parametrize("verb", ["edit", "undo", "select", "load"])
def test_training_waits_for_an_edit_until_all_have_followed_it(window: MainWindow, qtbot: Any, verb: str) -> None:
    document, seen = window.document, []
    node = document.graph.nodes[1].id
    document.set_part("name", "another")
    signal = {"select": document.selection_changed, "load": document.loaded}.get(verb, document.changed)
    signal.connect(lambda *_: seen.append(document.courtesy.urgent))
    verbs = {
        "edit": lambda: document.set_part("name", "a third"), "undo": document.undo_stack.undo,
        "select": lambda: document.select([node]), "load": lambda: document.load(document.experiment.replace(name="other")),
    }  # fmt: skip
    verbs[verb]()
    assert seen == [True] and not document.courtesy.busy


def test_it_waits_for_no_window_that_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a run's end in the middle of the window's work would wait for ever."""
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    monkeypatch.setattr(module, "SHORT_STEP", 60.0)
    courtesy = Courtesy()
    steps = Steps(courtesy, count=3)
    with courtesy:
        steps.start()
        steps.join(30)
        assert steps.made == 3


def test_the_window_is_let_go_by_work_that_breaks() -> None:
    courtesy = Courtesy()
    with pytest.raises(ValueError), courtesy:
        raise ValueError
    assert not courtesy.busy


class Endless(Study, abstract=True):
    """A study of nothing but steps."""

    made: ClassVar[list[None]] = []

    def run(self, experiment: Experiment, build: Build) -> Iterator[StudyEvent]:
        while True:
            self.made.append(None)
            yield Progress(0.5, "at work")


def test_a_study_waits_for_the_window_too(monkeypatch: pytest.MonkeyPatch, qtbot: Any) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    monkeypatch.setattr(module, "SHORT_STEP", 60.0)
    courtesy, study = Courtesy(), Endless()
    thread = StudyThread(study, experiment(), lambda _experiment: None, courtesy)
    with courtesy:
        thread.start()
        thread.join(0.05)
        assert len(study.made) <= 1, "it makes its step, and waits"
    qtbot.waitUntil(lambda: len(study.made) > 2, timeout=30_000)
    thread.cancel()
    thread.join(30)
    assert thread.over


class Spy(QWidget):
    """Notes at every painting whether training is told to wait."""

    def __init__(self, courtesy: Courtesy, parent: QWidget) -> None:
        super().__init__(parent)
        self.courtesy = courtesy
        self.seen: list[bool] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.seen.append(self.courtesy.busy)


@pytest.mark.parametrize("floating", [False, True])
def test_what_a_frame_has_painted_is_painted_while_training_waits(window: MainWindow, qtbot: Any, floating: bool) -> None:
    """The word that the window is done came before the paint events."""
    qtbot.waitUntil(lambda: window.session.state == "ready")
    host: QWidget = window
    if floating:  # a window of its own
        host = window.docks.docks["curves"]
        host.setFloating(True)
    spy = Spy(window.document.courtesy, host)
    spy.resize(20, 20)
    spy.show()
    qtbot.waitUntil(lambda: bool(spy.seen))
    spy.seen.clear()
    window.session.runs.ticked.connect(spy.update)
    qtbot.waitUntil(lambda: len(spy.seen) >= 3)
    assert all(spy.seen)
    assert not spy.courtesy.busy
