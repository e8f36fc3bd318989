"""One faulty monitor, question or layer costs a run nothing but that one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
from small_runs import layer, make, until

from vitrine.core.errors import TrainingError
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.metrics.base import Metric
from vitrine.core.monitors.base import Finding, Memory, Monitor
from vitrine.core.monitors.look import Look
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.training.control import Question
from vitrine.core.training.events import Answer, Dropped, Failed, Finished, StateChanged, StepDone
from vitrine.core.training.trainer import Trainer


class Stumbles(Monitor, abstract=True):
    """A monitor with a fault."""

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        raise ZeroDivisionError("a fault of its own")


@pytest.fixture
def stumbling() -> Iterator[None]:
    Monitor.registry.add(Stumbles)
    yield
    Monitor.registry.forget(Stumbles.__module__)


def test_a_faulty_monitor_is_dropped_and_said_once(stumbling: None) -> None:
    trainer = make(diagnose=True, epochs=8)
    events = list(trainer.run())
    (said,) = [event for event in events if isinstance(event, Dropped)]
    assert said.what == "monitor" and said.name == "Stumbles" and "ZeroDivisionError: a fault of its own" in said.message
    assert isinstance(events[-1], Finished) and events[-1].reason == "epochs" and trainer.epoch == 8


class Moody(Metric, abstract=True):
    """A metric that breaks in its second epoch."""

    key: ClassVar[str] = "moody"
    times: ClassVar[list[int]] = []

    def value(self, predictions: np.ndarray, y: np.ndarray) -> float:
        self.times.append(len(self.times))
        if len(self.times) > 1:
            return "good"  # type: ignore[return-value]
        return 0.5


@pytest.fixture
def moody() -> Iterator[None]:
    Metric.registry.add(Moody)
    Moody.times.clear()
    yield
    Metric.registry.forget(Moody.__module__)


def test_a_faulty_metric_is_dropped_and_said_once(moody: None) -> None:
    """It ended the run."""
    trainer = make(epochs=4, metrics="all")
    events = list(trainer.run())
    (said,) = [event for event in events if isinstance(event, Dropped)]
    assert said.what == "metric" and said.name == "Moody" and "Moody is no longer measured: TypeError: its value must be" in said.message
    assert isinstance(events[-1], Finished) and events[-1].reason == "epochs" and trainer.epoch == 4
    assert trainer.history.epochs.column("validation_moody")[0] == 0.5 and len(Moody.times) == 2


def test_a_faulty_question_gets_an_error_and_the_run_goes_on() -> None:
    trainer = make(epochs=1)
    trainer.control.ask(Question(5, lambda _: 1 // 0))
    trainer.control.ask(Question(0, lambda _: {}["nothing"]))
    events = list(trainer.run())
    (answer,) = [e for e in events if isinstance(e, Answer) and e.question == 5]
    assert isinstance(answer.value, TrainingError) and "ZeroDivisionError" in str(answer.value)
    (said,) = [e for e in events if isinstance(e, Dropped)]
    assert said.what == "question" and "nothing" in said.message, "nobody waits for this answer: it is told all the same"
    assert trainer.epoch == 1


def test_questions_are_answered_before_the_run_stops() -> None:
    """Save, then Reset at once: the save was lost."""
    trainer = make()
    events = trainer.run()
    while trainer.step < 3:
        next(events)
    trainer.control.ask(Question(7, lambda t: t.checkpoint().meta["step"]))
    trainer.control.stop()
    rest = list(events)
    assert [(e.question, e.value) for e in rest if isinstance(e, Answer)] == [(7, 3)]
    assert isinstance(rest[-1], Finished) and rest[-1].reason == "stopped"


class Breaks(Layer, abstract=True):
    """Passes its input on until `after` steps were made, and then breaks."""

    left: ClassVar[list[int]] = [0]

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        if ctx.training:
            self.left[0] -= 1
            if self.left[0] < 0:
                raise RuntimeError("a layer's own fault")
        return inputs[0]

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        return [dy]


@pytest.fixture
def fragile() -> Iterator[Trainer]:
    Layer.registry.add(Breaks)
    Breaks.left[0] = 12
    yield make(Breaks(), layer("Dense", units=8))
    Layer.registry.forget(Breaks.__module__)


def test_a_run_that_broke_can_still_be_asked(fragile: Trainer) -> None:
    events = fragile.run(hold=True)
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, Failed):
            break
    assert "a layer's own fault" in seen[-1].message and seen[-1].step == 12
    fragile.control.ask(Question(1, lambda t: t.checkpoint()))
    answer = next(events)
    assert isinstance(answer, Answer) and answer.value.meta["step"] == 12
    assert not any(isinstance(e, StateChanged) and e.state == "paused" for e in seen), "it failed: nothing covers that"
    Breaks.left[0] = 5
    fragile.control.run()
    after = [next(events) for _ in range(3)]
    assert isinstance(after[-1], StepDone) and after[-1].step > 12, "what was wrong may be over: it goes on with the batch that broke"
    fragile.control.stop()
    assert isinstance(list(events)[-1], Finished)


def test_a_run_that_broke_ends_without_a_window(fragile: Trainer) -> None:
    assert isinstance(list(fragile.run())[-1], Failed)


class Untold(Regularizer, abstract=True):
    """A regularizer that can't say its penalty."""

    def add_gradient(self, w: np.ndarray, g: np.ndarray, work: Workspace) -> None:
        """None."""

    def penalty(self, w: np.ndarray, work: Workspace) -> float:
        raise OverflowError("too much to be said")


def test_an_epoch_that_could_not_be_closed_is_not_counted() -> None:
    """It was, without a row in the record, and again each time that training was told to go on."""
    trainer = make(parts={"regularizer": Untold()}, epochs=2)
    assert isinstance(list(trainer.run())[-1], Failed)
    assert isinstance(list(trainer.run())[-1], Failed)
    assert trainer.epoch == trainer.history.epochs.count == 0


class Greedy(SGD, abstract=True):
    """An optimizer for whose memory there is no room."""

    slots = property(lambda self: Greedy.refuse())  # type: ignore[assignment]

    @staticmethod
    def refuse() -> None:
        raise MemoryError("no room for it")


def test_settings_that_can_not_be_adopted_change_nothing() -> None:
    trainer = until(make(), 3)
    run, before = trainer.subject, (trainer.experiment, trainer.optimizer, trainer.regime, trainer.learning_rate)
    with pytest.raises(MemoryError):
        run.adopt(run.experiment.replace(optimizer=Greedy(learning_rate=0.7)))
    assert (run.experiment, run.optimizer, run.regime, run.learning_rate) == before
    assert not run.history.marks
