"""Heavy probes in the viewing thread: right answers, nobody waits, faults end nothing, and no thread stays."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.dense import Dense
from vitrine.core.probes.base import Probe, View
from vitrine.core.probes.confusion import ConfusionMatrix
from vitrine.core.probes.cost_surface import CostSurface
from vitrine.core.probes.predictions import Predictions
from vitrine.core.probes.step_numbers import StepNumbers, StepNumbersAnswer
from vitrine.core.probes.unit_weights import UnitWeights
from vitrine.core.recording.moment import Moment, moment_of
from vitrine.core.training.events import Frame
from vitrine.gui.state.document import Document
from vitrine.gui.state.looking.viewer import Viewer
from vitrine.gui.state.session import Session

VIEWING = "vitrine-viewing"


def viewing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == VIEWING]


class Shown:
    """What came of every frame, by view, the latest last."""

    def __init__(self, session: Session) -> None:
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        session.runs.frame.connect(self._take)

    def _take(self, frame: Frame) -> None:
        for key, answer in frame.answers.items():
            self.answers.setdefault(key, []).append((frame.step, answer))

    def count(self, key: str) -> int:
        return len(self.answers.get(key, ()))


@pytest.fixture
def session(qtbot: Any) -> Iterator[Session]:
    made = Session(Document(load_project(find("digits_mlp")).experiment))
    made.start()
    qtbot.waitUntil(lambda: made.state == "ready", timeout=20_000)
    yield made
    made.close()
    assert not viewing(), "the thread ends with the window"


class Patient(Probe[int], abstract=True):
    """Takes until it is told to go on."""

    heavy: ClassVar[bool] = True
    begun: ClassVar[threading.Event] = threading.Event()
    go_on: ClassVar[threading.Event] = threading.Event()

    def __call__(self, view: View) -> int:
        self.begun.set()
        assert self.go_on.wait(30)
        return view.step


class Faulty(Probe[int], abstract=True):
    heavy: ClassVar[bool] = True

    def __call__(self, view: View) -> int:
        raise LookupError("lost")


@pytest.mark.parametrize(
    "probe",
    [StepNumbers(node="dense_1"), CostSurface(), ConfusionMatrix(), Predictions(only_mistakes=True)],
    ids=lambda p: type(p).__name__,
)
def test_the_window_goes_first_before_every_pass(session: Session, qtbot: Any, probe: Probe[Any]) -> None:
    """A probe of thousands of small operations would quarrel with the window's own work over the interpreter."""
    called: list[str] = []
    viewer = Viewer(session.runs.data, lambda: called.append(threading.current_thread().name))
    moments: list[Moment] = []
    session.ask(lambda trainer: moment_of(trainer.view, slots=True), moments.append)
    qtbot.waitUntil(lambda: bool(moments), timeout=10_000)
    viewer.ask(1, moments[0], {"it": probe})
    frames: list[Frame] = []

    def came() -> bool:
        frame = viewer.take()
        frames.extend([] if frame is None else [frame])
        return bool(frames)

    qtbot.waitUntil(came, timeout=10_000)
    assert "it" in frames[0].answers and set(called) == {VIEWING}
    if isinstance(probe, StepNumbers):
        assert len(called) > 2 * len(frames[0].answers["it"].weights.names), "two passes for every weight that is tried"
    viewer.stop()
    viewer.join(10)


def test_a_viewing_thread_that_is_to_end_waits_for_no_window(session: Session, qtbot: Any) -> None:
    called: list[None] = []
    come, go_on = threading.Event(), threading.Event()

    def between() -> None:
        called.append(None)
        come.set()
        assert go_on.wait(30)

    viewer = Viewer(session.runs.data, between)
    moments: list[Moment] = []
    session.ask(lambda trainer: moment_of(trainer.view, slots=True), moments.append)
    qtbot.waitUntil(lambda: bool(moments), timeout=10_000)
    viewer.ask(1, moments[0], {"it": StepNumbers(node="dense_1")})
    assert come.wait(10)
    viewer.stop()
    go_on.set()
    viewer.join(10)
    assert len(called) == 1 and not any(thread.is_alive() for thread in viewing())


def test_what_it_looked_at_leaves_the_memory_with_it(session: Session, qtbot: Any) -> None:
    """No cycle holds its network and the data: while the app runs those are collected late, and what stands when modules are imported never."""
    viewers = [Viewer(session.runs.data, session.document.courtesy.give_way)]
    moments: list[Moment] = []
    session.ask(lambda trainer: moment_of(trainer.view, slots=True), moments.append)
    qtbot.waitUntil(lambda: bool(moments), timeout=10_000)
    viewers[0].ask(1, moments[0], {"it": StepNumbers(node="dense_1"), "other": CostSurface()})
    qtbot.waitUntil(lambda: viewers[0].take() is not None, timeout=10_000)
    viewers[0].stop()
    viewers[0].join(10)
    gc.disable()
    try:
        network = weakref.ref(viewers[0]._copy._network)
        assert network() is not None
        viewers.clear()
        assert network() is None
    finally:
        gc.enable()


def test_an_answer_is_that_of_the_moment(session: Session, qtbot: Any) -> None:
    shown = Shown(session)
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1 and session.state == "paused", timeout=10_000)
    probe = StepNumbers(node="dense_1")
    session.runs.frames.sources["numbers"] = lambda: probe
    qtbot.waitUntil(lambda: shown.count("numbers") == 1, timeout=10_000)
    assert [thread.name for thread in viewing()] == [VIEWING]
    expected: list[StepNumbersAnswer] = []
    session.ask(lambda trainer: probe(trainer.view), expected.append)
    qtbot.waitUntil(lambda: bool(expected), timeout=10_000)
    step, answer = shown.answers["numbers"][0]
    assert step == answer.step == 1
    np.testing.assert_array_equal(answer.weights.backprop, expected[0].weights.backprop)
    np.testing.assert_array_equal(answer.weights.new, expected[0].weights.new)
    ticks: list[None] = []
    session.runs.ticked.connect(lambda: ticks.append(None))
    qtbot.waitUntil(lambda: len(ticks) > 8, timeout=10_000)
    assert shown.count("numbers") == 1, "a run at rest is asked once"


def test_nobody_waits_for_a_heavy_probe(session: Session, qtbot: Any) -> None:
    """In the training thread it held up every step for as long as it took."""
    shown = Shown(session)
    Patient.begun.clear()
    Patient.go_on.clear()
    session.runs.frames.sources["patient"] = Patient
    session.runs.frames.sources["light"] = lambda: UnitWeights(node="dense_1")
    try:
        session.run()
        qtbot.waitUntil(Patient.begun.is_set, timeout=10_000)
        before, seen = session.runs.step, shown.count("light")
        qtbot.waitUntil(lambda: session.runs.step > before + 50 and shown.count("light") > seen + 3, timeout=10_000)
        assert not shown.count("patient")
    finally:
        Patient.go_on.set()
    qtbot.waitUntil(lambda: shown.count("patient") > 1, timeout=10_000)
    steps = [step for step, _ in shown.answers["patient"]]
    assert steps == [answer for _, answer in shown.answers["patient"]] and steps == sorted(set(steps))


def test_a_faulty_probe_is_said_once_and_the_others_go_on(session: Session, qtbot: Any) -> None:
    shown, said = Shown(session), []
    session.message.connect(lambda kind, text: said.append((kind, text)))
    session.runs.frames.sources["faulty"] = Faulty
    session.runs.frames.sources["numbers"] = lambda: StepNumbers(node="dense_1")
    session.run()
    qtbot.waitUntil(lambda: shown.count("numbers") >= 3, timeout=20_000)
    assert [kind for kind, text in said if "Faulty" in text and "lost" in text] == ["warning"], said
    assert session.state == "running" and not shown.count("faulty")


def test_another_graph_is_looked_at_anew(session: Session, qtbot: Any) -> None:
    shown = Shown(session)
    session.runs.frames.sources["numbers"] = lambda: StepNumbers(node="dense_1")
    qtbot.waitUntil(lambda: shown.count("numbers") == 1, timeout=10_000)
    layer = session.document.graph["dense_1"].layer
    assert isinstance(layer, Dense)
    session.document.set_layer("dense_1", layer.replace(units=9))
    qtbot.waitUntil(lambda: shown.answers["numbers"][-1][1].weights.total == 9 * 65, timeout=20_000)
    qtbot.waitUntil(lambda: len(viewing()) == 1, timeout=5_000)


def test_closing_does_not_wait_for_what_is_under_way_for_ever(session: Session, qtbot: Any) -> None:
    """A run that is replaced leaves its viewing thread behind only as long as the probe under way takes."""
    Patient.begun.clear()
    Patient.go_on.clear()
    session.runs.frames.sources["patient"] = Patient
    qtbot.waitUntil(Patient.begun.is_set, timeout=10_000)
    shown = Shown(session)
    del session.runs.frames.sources["patient"]
    session.reset()
    Patient.go_on.set()
    qtbot.waitUntil(lambda: not viewing(), timeout=10_000)
    assert not shown.count("patient"), "an answer about a run that is no longer shown"


def test_views_live_on_after_every_reset(session: Session, qtbot: Any) -> None:
    """A late frame of the old run left the new one waiting for an answer: 4 of 14 resets froze all views."""
    shown, reset_at = Shown(session), []
    session.runs.frames.sources["light"] = lambda: UnitWeights(node="dense_1")
    session.runs.frames.sources["numbers"] = lambda: StepNumbers(node="dense_1")
    for _ in range(14):
        session.run()
        seen = shown.count("light"), shown.count("numbers")
        qtbot.waitUntil(lambda seen=seen: shown.count("light") > seen[0] + 1 and shown.count("numbers") > seen[1], timeout=10_000)
        session.tick()  # a question is under way
        before = session.runs.current
        session.reset()
        reset_at.append(shown.count("light"))
        before.control.stop()
        qtbot.waitUntil(lambda: session.state == "ready", timeout=10_000)
        seen = shown.count("light"), shown.count("numbers")
        qtbot.waitUntil(lambda seen=seen: shown.count("light") > seen[0] and shown.count("numbers") > seen[1], timeout=10_000)
        assert shown.answers["light"][-1][0] == 0 == shown.answers["numbers"][-1][0], "the new run stands at step 0"
    assert all(shown.answers["light"][at][0] == 0 for at in reset_at), "the first frame after a reset is the new run's"
