"""Where the window's thread meets the others: nothing that one of them said, wished or learnt is lost on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from state_help import Brittle, Clouds, clouds, experiment

from vitrine.core.errors import DataError
from vitrine.core.kernels import threads
from vitrine.core.optimizers.adam import Adam
from vitrine.core.training.events import Answer
from vitrine.gui.state.data_source import DataSource
from vitrine.gui.state.document import Document
from vitrine.gui.state.live_run import LiveRun, Surroundings
from vitrine.gui.state.session import Session
from vitrine.gui.state.worker import Ended

__all__ = ["clouds"]


@pytest.fixture
def session(clouds: type[Clouds], qtbot: Any) -> Iterator[Session]:
    made = Session(Document(experiment()))
    made.start()
    qtbot.waitUntil(lambda: made.state == "ready", timeout=20_000)
    yield made
    Brittle.gate.set()
    Clouds.gate.set()
    made.close()


def train(session: Session, qtbot: Any, steps: int) -> None:
    for step in range(session.runs.step, session.runs.step + steps):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: session.runs.step > step and session.state == "paused", timeout=20_000)


def test_a_run_that_could_not_be_prepared_keeps_what_the_one_before_comes_to(session: Session, qtbot: Any) -> None:
    """Also where that one is in the middle of a long step and nobody had asked for its weights."""
    train(session, qtbot, 4)
    Brittle.gate.clear()
    session.step_batch()
    qtbot.waitUntil(lambda: Brittle.waiting, timeout=10_000)

    def refuse(_experiment: Any) -> Any:
        raise DataError("the data went away")

    session.runs.around.load = refuse
    session.prepare_again()
    qtbot.waitUntil(lambda: session.state == "blocked", timeout=10_000)
    for _ in range(2):
        with qtbot.waitSignal(session.runs.ticked, timeout=10_000):
            pass
    Brittle.gate.set()
    qtbot.waitUntil(lambda: not any(run.alive for run in session.runs.unended), timeout=10_000)
    trained = session.runs.current.trained
    assert trained is not None
    assert trained.step >= 4


def test_an_answer_that_breaks_its_asker_takes_no_other_event_along(clouds: type[Clouds], qtbot: Any) -> None:
    run = LiveRun(experiment(), Surroundings(lambda _experiment: None))
    heard: list[Any] = []

    def break_down(_value: Any) -> None:
        raise RuntimeError("the asker broke")

    run._questions = {1: break_down, 2: heard.append}
    for event in (Answer(1, "one", 0, 0), Answer(2, "two", 0, 0)):
        run.mailbox.put(event)
    with pytest.raises(RuntimeError, match="the asker broke"):
        run.take_events()
    run.take_events()
    assert heard == ["two"]


def test_who_asks_in_the_middle_of_an_event_hears_the_next_ones_in_their_order(clouds: type[Clouds], qtbot: Any) -> None:
    run = LiveRun(experiment(), Surroundings(lambda _experiment: None))
    heard: list[Any] = []

    def look_again(value: Any) -> None:
        heard.append(value)
        run.mailbox.put(Answer(3, "three", 0, 0))
        run.take_events()
        heard.append("looked")

    run._questions = {1: look_again, 2: heard.append, 3: heard.append}
    for event in (Answer(1, "one", 0, 0), Answer(2, "two", 0, 0)):
        run.mailbox.put(event)
    run.take_events()
    assert heard == ["one", "two", "three", "looked"]


def test_one_that_breaks_at_the_end_keeps_nobody_waiting(clouds: type[Clouds], qtbot: Any) -> None:
    run = LiveRun(experiment(), Surroundings(lambda _experiment: None))
    heard: list[Any] = []

    def break_down() -> None:
        raise RuntimeError("the asker broke")

    run._at_end = [break_down, lambda: heard.append("at the end")]
    run.ended = lambda _run: heard.append("ended")
    run.mailbox.put(Ended(None))
    with pytest.raises(RuntimeError, match="the asker broke"):
        run.take_events()
    assert heard == ["at the end", "ended"]


def test_threads_chosen_while_a_run_is_prepared_are_its_own(session: Session, qtbot: Any) -> None:
    Clouds.gate.clear()
    session.source._kept = (None, None)
    session.prepare_again()
    qtbot.waitUntil(lambda: session.state == "preparing", timeout=10_000)
    session.choose_threads(1)
    Clouds.gate.set()
    train(session, qtbot, 1)
    assert threads.current().reason == "hand"


class Greedy(Adam, abstract=True):
    """An optimizer for whose memory there is no room."""

    slots = property(lambda self: Greedy.refuse())  # type: ignore[assignment]

    @staticmethod
    def refuse() -> None:
        raise MemoryError("no room for it")


def test_settings_that_the_run_can_not_adopt_are_said(session: Session, qtbot: Any) -> None:
    run, said = session.runs.current, []
    run.message.connect(lambda kind, text: said.append((kind, text)))
    run.adopt(run.experiment.replace(optimizer=Greedy()))
    qtbot.waitUntil(lambda: bool(said), timeout=5_000)
    assert said[0][0] == "error" and "no room for it" in said[0][1]


def prepare_a_finished_run(session: Session, qtbot: Any) -> Document:
    """It has learnt its two epochs, and its data load until the gate opens."""
    document = session.document
    document.set_part("training", document.experiment.training.replace(epochs=2))
    session.run()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=20_000)
    Clouds.gate.clear()
    session.source.forget()
    session.prepare_again()
    assert session.state == "preparing"
    return document


def test_epochs_added_while_a_run_is_prepared_are_trained(session: Session, qtbot: Any) -> None:
    """Its origin had come to the end; the one that is told to go on has epochs left."""
    document = prepare_a_finished_run(session, qtbot)
    document.set_part("training", document.experiment.training.replace(epochs=4))
    session.run()
    Clouds.gate.set()
    qtbot.waitUntil(lambda: session.runs.epoch == 4 and session.state == "finished", timeout=20_000)
    assert document.experiment.training.epochs == 4


def test_a_finished_run_that_is_yet_prepared_trains_on(session: Session, qtbot: Any) -> None:
    """As it does once it stands: the key that was pressed a moment earlier came to nothing."""
    document = prepare_a_finished_run(session, qtbot)
    session.run()
    Clouds.gate.set()
    qtbot.waitUntil(lambda: session.runs.epoch > 2, timeout=20_000)
    assert document.experiment.training.epochs > 2 and document.undo_stack.undoText()


def test_a_finished_run_that_an_undo_of_a_moment_ago_brings_back_trains_on(session: Session, qtbot: Any) -> None:
    """Reset, undo and Run within a blink: what is told to run is the finished one, not the one at step 0 that it replaces."""
    document = session.document
    document.set_part("training", document.experiment.training.replace(epochs=2))
    session.run()
    qtbot.waitUntil(lambda: session.state == "finished", timeout=20_000)
    session.reset()
    qtbot.waitUntil(lambda: session.state == "ready", timeout=20_000)
    document.undo_stack.undo()
    session.run()
    qtbot.waitUntil(lambda: session.runs.epoch > 2, timeout=20_000)
    assert document.experiment.training.epochs > 2


def test_data_that_was_forgotten_while_it_was_read_is_read_anew(clouds: type[Clouds]) -> None:
    """Another folder may have been chosen meanwhile."""
    source, found = DataSource(), []
    reads, begun, go_on = Clouds.load, threading.Event(), threading.Event()
    count = [0]

    def load(self: Clouds) -> Any:
        count[0] += 1
        begun.set()
        assert go_on.wait(10)
        return reads(self)

    Clouds.load = load  # type: ignore[method-assign]
    try:
        reading = threading.Thread(target=lambda: found.append(source.load(experiment())))
        reading.start()
        assert begun.wait(10)
        source.forget()
        go_on.set()
        reading.join(10)
    finally:
        Clouds.load = reads  # type: ignore[method-assign]
    assert count == [2] and source.get(experiment()) is found[0]


def test_data_wanted_as_the_thread_ends_come_all_the_same(clouds: type[Clouds], qtbot: Any) -> None:
    source, other = DataSource(), experiment().replace(dataset=Clouds(seed=1))
    reached, go_on = threading.Event(), threading.Event()

    class Slow(threading.Thread):
        """Takes its time to end, as any thread may."""

        def run(self) -> None:
            super().run()
            reached.set()
            go_on.wait(10)

    monkeyed, threading.Thread = threading.Thread, Slow  # type: ignore[misc]
    try:
        with qtbot.waitSignal(source.loaded, timeout=10_000):
            source.fetch(experiment())
        assert reached.wait(10)
    finally:
        threading.Thread = monkeyed  # type: ignore[misc]
    try:
        with qtbot.waitSignal(source.loaded, timeout=3_000):
            source.fetch(other)
    finally:
        go_on.set()
    assert source.get(other) is not None
    source.join(10)
