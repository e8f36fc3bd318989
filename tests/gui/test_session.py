"""Verbs in, events out: the session with a real worker thread and the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import datasets.base
import datasets.preprocessing.base  # noqa: F401
from core.analysis import Problem
from core.examples import find
from core.experiment import Experiment
from core.layers.dense import Dense
from core.project import load_project
from gui.document import Document
from gui.session import Session


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
    qtbot.waitUntil(lambda: session.step >= 5, timeout=10_000)
    assert session.state == "running"
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=10_000)
    assert session.history is not None
    stood = session.history.steps.count
    first = weights(session, qtbot)
    assert session.history.steps.count == stood
    session.run()
    qtbot.waitUntil(lambda: session.history.steps.count > stood, timeout=10_000)
    assert any(not np.array_equal(first[k], v) for k, v in weights(session, qtbot).items())


def test_one_batch_then_one_epoch(session: Session, qtbot: Any) -> None:
    session.step_batch()
    qtbot.waitUntil(lambda: session.step == 1 and session.state == "paused", timeout=10_000)
    session.step_epoch()
    qtbot.waitUntil(lambda: session.epoch == 1 and session.state == "paused", timeout=20_000)
    assert session.step == session.steps_per_epoch


def test_reset_gives_the_same_weights_and_new_weights_others(session: Session, qtbot: Any) -> None:
    before = weights(session, qtbot)
    session.step_batch()
    qtbot.waitUntil(lambda: session.step == 1, timeout=10_000)
    session.reset()
    qtbot.waitUntil(lambda: session.state == "ready" and session.step == 0, timeout=10_000)
    same = weights(session, qtbot)
    assert all(np.array_equal(before[k], same[k]) for k in before)
    session.new_weights()
    qtbot.waitUntil(lambda: session.state == "ready", timeout=10_000)
    other = weights(session, qtbot)
    assert any(not np.array_equal(before[k], other[k]) for k in before)
    session.document.undo_stack.undo()
    with qtbot.waitSignal(session.prepared, timeout=10_000):
        pass
    again = weights(session, qtbot)
    assert all(np.array_equal(before[k], again[k]) for k in before)


def test_learning_rate_changes_while_running(session: Session, qtbot: Any) -> None:
    session.run()
    qtbot.waitUntil(lambda: session.step >= 2, timeout=10_000)
    session.set_learning_rate(0.000123)
    qtbot.waitUntil(lambda: session.history.steps.column("learning_rate")[-1] == 0.000123, timeout=10_000)
    assert session.state == "running"


def test_editing_while_training_keeps_untouched_weights(session: Session, qtbot: Any) -> None:
    session.step_batch()
    qtbot.waitUntil(lambda: session.step == 1 and session.state == "paused", timeout=10_000)
    before = weights(session, qtbot)
    document = session.document
    output = document.analysis.output
    assert output is not None
    with qtbot.waitSignal(session.prepared, timeout=10_000):
        edge = next(e for e in document.graph.edges if e.target == output)
        graph, new = document.graph.insert_on_edge(edge, Dense(units=document.analysis.shapes[edge.source][0]))
        document.edit_graph(graph, "Insert")
    after = weights(session, qtbot)
    assert session.step == 1
    assert f"{new}/W" in after
    assert all(np.array_equal(before[k], after[k]) for k in before)


def test_a_broken_network_pauses_and_keeps_the_weights(session: Session, qtbot: Any) -> None:
    session.run()
    qtbot.waitUntil(lambda: session.step >= 3, timeout=10_000)
    document = session.document
    output = document.analysis.output
    document.set_layer(output, document.graph[output].layer.replace(units=7))
    qtbot.waitUntil(lambda: session.state == "blocked", timeout=10_000)
    said: list[Problem] = []
    session.refused.connect(said.append)
    session.run()
    assert said and "10" in str(said[0]) and said[0].fixes
    stood = session.history.steps.count
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=10_000)
    assert session.history.steps.count >= stood >= 3


def test_other_data_that_does_not_fit_sets_the_run_aside(session: Session, qtbot: Any) -> None:
    """Views are told that there is no run, and on undo that it is back, finished as it was."""
    document = session.document
    document.set_part("training", document.experiment.training.replace(epochs=1))
    session.run()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=30_000)
    history, told = session.history, []
    session.prepared.connect(told.append)
    document.set_part("dataset", datasets.base.DatasetSpec.registry.get("Xor")())
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
    qtbot.waitUntil(lambda: session.epoch >= 2, timeout=20_000)


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
    qtbot.waitUntil(lambda: session.step == 1 and session.state == "paused", timeout=10_000)
    before = weights(session, qtbot)
    document = session.document
    output = document.analysis.output
    document.select([output])
    with qtbot.waitSignal(session.prepared, timeout=10_000):
        document.rename_node(output, "answer")
    after = weights(session, qtbot)
    assert document.selection == ["answer"]
    assert np.array_equal(before[f"{output}/W"], after["answer/W"])
    document.undo_stack.undo()
    assert document.selection == [output]
