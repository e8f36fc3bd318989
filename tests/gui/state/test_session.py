"""Verbs in, events out: the session with a real worker thread and the real engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine.core.errors import VitrineError
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.dense import Dense
from vitrine.core.network.analysis import Problem
from vitrine.core.probes.base import Probe
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.base import DatasetSpec
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session


def example(name: str) -> Experiment:
    return load_project(find(name)).experiment


@pytest.fixture
def session(qtbot: Any) -> Iterator[Session]:
    made = Session(Document(example("digits_mlp")))
    made.start()
    qtbot.waitUntil(lambda: made.state == "ready", timeout=20_000)
    yield made
    made.close()


def weights(session: Session, qtbot: Any) -> dict[str, np.ndarray]:
    answers: list[Any] = []
    assert session.ask(lambda trainer: trainer.network.arrays(), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    return answers[0]


def test_run_pause_resume(session: Session, qtbot: Any) -> None:
    session.run()
    qtbot.waitUntil(lambda: session.runs.step >= 5, timeout=10_000)
    assert session.state == "running"
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=10_000)
    assert session.runs.history is not None
    stood = session.runs.history.steps.count
    first = weights(session, qtbot)
    assert session.runs.history.steps.count == stood
    session.run()
    qtbot.waitUntil(lambda: session.runs.history.steps.count > stood, timeout=10_000)
    assert any(not np.array_equal(first[k], v) for k, v in weights(session, qtbot).items())


def test_one_batch_then_one_epoch(session: Session, qtbot: Any) -> None:
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1 and session.state == "paused", timeout=10_000)
    session.step_epoch()
    qtbot.waitUntil(lambda: session.runs.epoch == 1 and session.state == "paused", timeout=20_000)
    assert session.runs.step == session.runs.steps_per_epoch


def test_reset_gives_the_same_weights_and_new_weights_others(session: Session, qtbot: Any) -> None:
    before = weights(session, qtbot)
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1, timeout=10_000)
    session.reset()
    qtbot.waitUntil(lambda: session.state == "ready" and session.runs.step == 0, timeout=10_000)
    same = weights(session, qtbot)
    assert all(np.array_equal(before[k], same[k]) for k in before)
    session.new_weights()
    qtbot.waitUntil(lambda: session.state == "ready", timeout=10_000)
    other = weights(session, qtbot)
    assert any(not np.array_equal(before[k], other[k]) for k in before)
    session.document.undo_stack.undo()
    with qtbot.waitSignal(session.runs.prepared, timeout=10_000):
        pass
    again = weights(session, qtbot)
    assert all(np.array_equal(before[k], again[k]) for k in before)


def test_learning_rate_changes_while_running(session: Session, qtbot: Any) -> None:
    session.run()
    qtbot.waitUntil(lambda: session.runs.step >= 2, timeout=10_000)
    session.set_learning_rate(0.000123)
    qtbot.waitUntil(lambda: session.runs.history.steps.column("learning_rate")[-1] == 0.000123, timeout=10_000)
    assert session.state == "running"


def test_editing_while_training_keeps_untouched_weights(session: Session, qtbot: Any) -> None:
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1 and session.state == "paused", timeout=10_000)
    before = weights(session, qtbot)
    document = session.document
    output = document.analysis.output
    assert output is not None
    with qtbot.waitSignal(session.runs.prepared, timeout=10_000):
        edge = next(e for e in document.graph.edges if e.target == output)
        graph, new = document.graph.insert_on_edge(edge, Dense(units=document.analysis.shapes[edge.source][0]))
        document.edit_graph(graph, "Insert")
    after = weights(session, qtbot)
    assert session.runs.step == 1
    assert f"{new}/W" in after
    assert all(np.array_equal(before[k], after[k]) for k in before)


def test_a_broken_network_pauses_and_keeps_the_weights(session: Session, qtbot: Any) -> None:
    session.run()
    qtbot.waitUntil(lambda: session.runs.step >= 3, timeout=10_000)
    document = session.document
    output = document.analysis.output
    document.set_layer(output, document.graph[output].layer.replace(units=7))
    qtbot.waitUntil(lambda: session.state == "blocked", timeout=10_000)
    said: list[Problem] = []
    session.refused.connect(said.append)
    session.run()
    assert said and "10" in str(said[0]) and said[0].fixes
    stood = session.runs.history.steps.count
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=10_000)
    assert session.runs.history.steps.count >= stood >= 3


def test_other_data_that_does_not_fit_sets_the_run_aside(session: Session, qtbot: Any) -> None:
    """Views are told that there is no run, and on undo that it is back, finished as it was."""
    document = session.document
    document.set_part("training", document.experiment.training.replace(epochs=1))
    session.run()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=30_000)
    history, told = session.runs.history, []
    session.runs.prepared.connect(told.append)
    document.set_part("dataset", DatasetSpec.registry.get("Xor")())
    qtbot.waitUntil(lambda: session.state == "blocked", timeout=10_000)
    assert told == [None]
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=10_000)
    assert told == [None, history]


def test_trains_on_after_the_last_epoch(session: Session, qtbot: Any) -> None:
    training = session.document.experiment.training
    session.document.set_part("training", training.replace(epochs=1))
    session.run()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=20_000)
    session.run()
    qtbot.waitUntil(lambda: session.runs.epoch >= 2, timeout=20_000)


def test_missing_data_is_said_and_nothing_is_lost(qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path))
    made = Session(Document(example("mnist_mlp")))
    said: list[str] = []
    made.message.connect(lambda kind, text: said.append(text))
    made.start()
    made.run()
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert "train-images" in said[0]
    assert made.state == "blocked"
    assert made.document.graph.nodes
    made.close()


def test_a_renamed_layer_keeps_its_weights(session: Session, qtbot: Any) -> None:
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1 and session.state == "paused", timeout=10_000)
    before = weights(session, qtbot)
    document = session.document
    output = document.analysis.output
    document.select([output])
    with qtbot.waitSignal(session.runs.prepared, timeout=10_000):
        document.rename_node(output, "answer")
    after = weights(session, qtbot)
    assert document.selection == ["answer"]
    assert np.array_equal(before[f"{output}/W"], after["answer/W"])
    document.undo_stack.undo()
    assert document.selection == [output]


@dataclass(frozen=True)
class Seen:
    step: int


class Slow(Probe[Seen], abstract=True):
    """Answers once it may; the first one to ask waits, later ones don't."""

    may: ClassVar[threading.Event] = threading.Event()
    came: ClassVar[threading.Event] = threading.Event()
    first: ClassVar[bool] = True

    def __call__(self, view: Any) -> Seen:
        if Slow.first:
            Slow.first = False
            Slow.came.set()
            Slow.may.wait(20)
        return Seen(view.step if hasattr(view, "step") else 0)


def test_a_late_frame_of_an_old_run_does_not_freeze_the_views(session: Session, qtbot: Any) -> None:
    """It comes after the new run's own, and before the window has looked."""
    Slow.first = True
    Slow.may.clear()
    Slow.came.clear()
    old = session.runs.current
    session.runs.frames.sources["slow"] = Slow
    session.step_batch()
    qtbot.waitUntil(Slow.came.is_set, timeout=10_000)  # the old run is in the middle of its answer
    session.reset()
    qtbot.waitUntil(lambda: session.state == "ready" and session.runs.current is not old and session.runs.frames._waiting, timeout=10_000)
    session._timer.stop()
    answered: list[Any] = []
    assert session.ask(lambda trainer: trainer.step, answered.append)  # behind it the frame stands in the mailbox
    qtbot.waitUntil(lambda: session.runs.current.take_events() or bool(answered), timeout=10_000)
    Slow.may.set()
    qtbot.waitUntil(lambda: old.take_events() or not old.alive, timeout=10_000)
    shown: list[Any] = []
    session.runs.frame.connect(shown.append)
    session._timer.start()
    qtbot.waitUntil(lambda: bool(shown), timeout=10_000)
    session.step_batch()
    qtbot.waitUntil(lambda: any(frame.step == 1 for frame in shown), timeout=10_000)
    del session.runs.frames.sources["slow"]


def test_answers_belong_to_their_run(session: Session, qtbot: Any) -> None:
    """Twenty times: what is asked just before a reset is answered, with what the old run knows."""
    for _ in range(20):
        session.step_batch()
        qtbot.waitUntil(lambda: session.runs.step == 1 and session.state == "paused", timeout=10_000)
        answers: list[Any] = []
        assert session.ask(lambda trainer: trainer.step, answers.append)
        session.reset()
        qtbot.waitUntil(lambda answers=answers: answers == [1], timeout=10_000)
        qtbot.waitUntil(lambda: session.state == "ready", timeout=10_000)


def test_one_faulty_question_ends_nothing(session: Session, qtbot: Any) -> None:
    answers: list[Any] = []
    assert session.ask(lambda _trainer: 1 / 0, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert isinstance(answers[0], VitrineError)
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1, timeout=10_000)
