"""What a run is: its parts stored, restored and carried on; epochs that count every example once; guests that go wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine.core.errors import TrainingError
from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.losses.base import Loss
from vitrine.core.monitors.base import Finding, Memory, Monitor
from vitrine.core.monitors.look import Look
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.schedules.base import Schedule
from vitrine.core.schedules.losses import Losses, folded
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.continuing import change_between, continue_from
from vitrine.core.training.control import Question
from vitrine.core.training.events import Answer, Dropped, EpochDone, Failed, Finished, StateChanged, StepDone
from vitrine.core.training.experiment import CHANGES, Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.run import Run
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01
from vitrine.datasets.xor import Xor


@cache
def digits() -> Dataset:
    return build(Digits(), Scale01(), Split())


def layer(name: str, **settings: Any) -> Layer:
    return Layer.registry.get(name)(**settings)


def experiment(
    *hidden: Layer, optimizer: str = "SGD", rate: float = 0.1, parts: dict[str, Any] | None = None, **training: Any
) -> Experiment:
    middle = hidden or (layer("Dense", units=16, activation="ReLU"),)
    return Experiment(
        dataset=Digits(), preprocessing=Scale01(), graph=GraphSpec.chain(layer("Input"), layer("Flatten"), *middle, layer("Dense", units=10, activation="Softmax")),
        loss=Loss.registry.get("CategoricalCrossEntropy")(), optimizer=Optimizer.registry.get(optimizer)(learning_rate=rate),
        training=Training(**{"batch_size": 50, "epochs": 3, "diagnose": False, **training}), **(parts or {}),
    )  # fmt: skip


def make(*hidden: Layer, **settings: Any) -> Trainer:
    return Trainer(experiment(*hidden, **settings), digits())


def until(trainer: Trainer, step: int) -> Trainer:
    for event in trainer.run():
        if isinstance(event, StepDone) and event.step == step:
            break
    return trainer


def digest(trainer: Trainer) -> str:
    return weights_sha256(trainer.network.arrays())


# -- an epoch's means ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [50, 32, 1257, "full", 419])
def test_an_epoch_counts_every_example_once(batch_size: Any) -> None:
    """1,258 examples: a last batch of 8, 10, 1, none and 1. The learning rate is so small that the weights stand still."""
    trainer = make(batch_size=batch_size, rate=1e-9, epochs=2)
    values = [event.values for event in trainer.run() if isinstance(event, EpochDone)]
    whole = trainer.evaluate("train")
    for epoch in values:
        assert epoch["train_loss"] == pytest.approx(whole["train_loss"], rel=1e-5)
        assert epoch["train_accuracy"] == whole["train_accuracy"]


def test_every_batch_is_measured() -> None:
    trainer = make(epochs=1)
    list(trainer.run())
    assert np.isfinite(trainer.history.steps.column("accuracy")).all()


def test_a_net_of_one_batch_an_epoch_knows_its_accuracy() -> None:
    """It was unknown in seven epochs of eight."""
    graph = GraphSpec.chain(layer("Input"), layer("Dense", units=4, activation="Tanh"), layer("Dense", units=1, activation="Sigmoid"))
    plain = experiment(batch_size="full", epochs=20).replace(
        dataset=Xor(), preprocessing=build_nothing(), graph=graph, loss=Loss.registry.get("BinaryCrossEntropy")()
    )
    trainer = Trainer(plain, build(plain.dataset, plain.preprocessing, plain.split))
    list(trainer.run())
    assert np.isfinite(trainer.history.epochs.column("train_accuracy")).all()


def build_nothing() -> Any:
    from vitrine.datasets.preprocessing.none import NoPreprocessing

    return NoPreprocessing()


def test_sums_in_the_middle_of_an_epoch_come_back_to_the_bit() -> None:
    whole, part, again = (make(epochs=2, batch_size=33) for _ in range(3))
    events = [event.values for event in whole.run() if isinstance(event, EpochDone)]
    until(part, 20)
    again.restore(part.checkpoint())
    found = [event.values for event in again.run() if isinstance(event, EpochDone)]
    assert [{k: v for k, v in e.items() if k != "seconds"} for e in found] == [
        {k: v for k, v in e.items() if k != "seconds"} for e in events
    ]


# -- parts --------------------------------------------------------------------------------------------------------------------------


def test_whatever_a_run_changes_is_a_part_of_it() -> None:
    """Of the attributes that training changes all are declared as parts, or follow from the experiment and the data."""
    follows = {
        "experiment",
        "data",
        "analysis",
        "first_state",
        "classes",
        "regime",
        "metrics",
        "x",
        "targets",
        "batch_size",
        "steps_per_epoch",
    }
    trainer = until(make(), 30)
    assert set(vars(trainer.subject)) == follows | {part.name for part in Run.carried()}


def test_a_checkpoint_shares_the_past_and_stays_as_it_was() -> None:
    trainer = until(make(epochs=10, batch_size=4), 2000)
    started = time.perf_counter()
    checkpoint = trainer.checkpoint()
    assert time.perf_counter() - started < 0.05
    losses, step = np.array(checkpoint.history["steps/loss"]), checkpoint.meta["step"]
    until(trainer, 2600)
    assert step == 2000 and len(losses) == 2000
    np.testing.assert_array_equal(np.array(checkpoint.history["steps/loss"]), losses)


def test_seconds_go_on_where_the_consumer_left() -> None:
    """The time of an epoch that was left in its middle was lost."""
    trainer = until(make(epochs=2), 20)
    assert trainer.seconds > 0 and trainer.seconds >= trainer.history.steps.last("seconds") > 0
    list(trainer.run())
    assert np.all(np.diff(trainer.history.steps.column("seconds")) >= 0)


def patient(rate: float, batch_size: int = 50) -> Experiment:
    rule = StopRule.from_json({"type": "Patience", "epochs": 60})
    return experiment(rate=rate, batch_size=batch_size, epochs=8, parts={"stop_rule": rule})


def test_another_batch_size_keeps_the_best_epoch() -> None:
    """Early stopping brought back worse weights: those of the best epoch since the edit."""
    before = Trainer(patient(0.1), digits())
    for event in before.run():
        if isinstance(event, EpochDone) and event.epoch == 4:
            break
    best = before.subject.best
    assert best is not None
    after = Trainer(patient(50.0, batch_size=300), digits())
    continue_from(after, before)
    assert list(after.run())[-1].reason.endswith(f"weights of epoch {best.epoch} brought back")
    assert digest(after) == weights_sha256(best.arrays)


def test_an_edited_network_forgets_a_best_epoch_that_does_not_fit() -> None:
    before = Trainer(patient(0.1), digits())
    for event in before.run():
        if isinstance(event, EpochDone) and event.epoch == 2:
            break
    wider = before.experiment.replace(graph=before.experiment.graph.set_layer("dense_1", layer("Dense", units=20, activation="ReLU")))
    after = Trainer(wider, digits())
    assert continue_from(after, before) == ((), ("dense_1", "dense_2"))
    assert before.subject.best is not None and after.subject.best is None and after.epoch == 2


def test_an_edit_in_the_middle_of_an_epoch_goes_on_there() -> None:
    before = until(make(epochs=2), 10)
    after = Trainer(experiment(epochs=2, batch_size=20), digits())
    continue_from(after, before)
    assert after.position == 500
    first = next(event for event in after.run() if isinstance(event, EpochDone))
    assert first.step == 10 + -(-758 // 20), "the other 758 examples, in batches of 20"
    assert before.step == 10 and before.history.steps.count == 10, "the run before keeps a record of its own"


# -- what a change means ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, meaning",
    [
        ({"name": "Other", "description": "…", "topic": "t"}, "none"),
        ({"optimizer": Optimizer.from_json("Adam")}, "adopt"),
        ({"schedule": Schedule.from_json("Cosine"), "stop_rule": StopRule.from_json("MaxTime")}, "adopt"),
        ({"training": Training(batch_size=50, epochs=9, diagnose=False)}, "adopt"),
        ({"training": Training(batch_size=51, epochs=3, diagnose=False)}, "rebuild"),
        ({"training": Training(batch_size=50, epochs=3, diagnose=False, drop_last=True)}, "rebuild"),
        ({"training": Training(batch_size=50, epochs=3, diagnose=False, seed=1)}, "fresh"),
        ({"loss": Loss.registry.get("MultiClassHinge")()}, "rebuild"),
        ({"split": Split(train=0.5)}, "fresh"),
        ({"dataset": Xor(), "optimizer": Optimizer.from_json("Adam")}, "fresh"),
    ],
)  # fmt: skip
def test_each_part_says_what_a_change_of_it_means(change: dict[str, Any], meaning: str) -> None:
    before = experiment()
    assert change_between(before, before.replace(**change)) == meaning
    assert change_between(before.replace(**change), before) == meaning


def test_every_part_is_declared() -> None:
    import dataclasses

    for declared in dataclasses.fields(Experiment):
        change = declared.metadata["change"]
        assert change in CHANGES or callable(change), declared.name
    moved = experiment().graph.move({"dense_1": (5.0, 5.0)}) if hasattr(GraphSpec, "move") else None
    assert moved is None or change_between(experiment(), experiment().replace(graph=moved)) == "none"


# -- batches that can't be -----------------------------------------------------------------------------------------------------------------

NORMED = (layer("Dense", units=16), layer("BatchNorm"), layer("Activation"))


def test_a_last_batch_of_one_is_a_problem_before_training() -> None:
    with pytest.raises(
        TrainingError,
        match=r"Batch normalization \(batchnorm_1\) .* 1 example \(1,258 in batches of 419\): drop it, or set Batch size to 420",
    ):
        make(*NORMED, batch_size=419)
    plain = experiment(*NORMED, batch_size=419)
    assert plain.analyze(digits().info).ok  # only the data tell how many there are
    (problem,) = plain.analyze(digits().info, 1258).problems
    assert problem.field == "training.batch_size" and problem.severity == "error"
    for fix in problem.fixes:
        mended = plain.with_settings(fix.settings)
        assert mended != plain
        trainer = Trainer(mended, digits())
        list(trainer.run())
        assert (trainer.network.state["batchnorm_1/moving_variance"] > 1e-3).any()


def test_a_batch_size_of_one_is_a_problem() -> None:
    with pytest.raises(TrainingError, match="takes 2 examples a batch at the least: set Batch size to 2 or more"):
        make(*NORMED, batch_size=1)


def test_pictures_have_a_variance_even_alone() -> None:
    graph = GraphSpec.chain(
        layer("Input"), layer("Conv2D", filters=2), layer("BatchNorm"), layer("Flatten"), layer("Dense", units=10, activation="Softmax")
    )
    run = Trainer(experiment(batch_size=1).replace(graph=graph), digits())
    until(run, 30)
    assert (run.network.state["batchnorm_1/moving_variance"] > 1e-4).any()


def test_one_value_never_moves_the_running_variance() -> None:
    trainer = make(*NORMED)
    before = {name: array.copy() for name, array in trainer.network.state.items()}
    trainer.network.forward(trainer.x[:1], training=True)
    for name, array in before.items():
        np.testing.assert_array_equal(trainer.network.state[name], array)


def test_an_incomplete_last_batch_may_be_dropped() -> None:
    trainer = make(drop_last=True, epochs=2, batch_size=50)
    assert trainer.steps_per_epoch == 25
    events = list(trainer.run())
    assert [e.step for e in events if isinstance(e, EpochDone)] == [25, 50] and trainer.subject.examples_per_epoch == 1250
    whole, part, again = (make(drop_last=True, epochs=2, batch_size=50) for _ in range(3))
    list(whole.run())
    again.restore(until(part, 25).checkpoint())
    list(again.run())
    assert digest(again) == digest(whole)


# -- guests ---------------------------------------------------------------------------------------------------------------------------------


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


# -- the cost of an epoch -----------------------------------------------------------------------------------------------------------------


def test_losses_are_taken_in_once_however_often_a_schedule_asks() -> None:
    history = RunHistory()
    table = history.epochs
    for i in range(100):
        table.append({"validation_loss": 1.0 / (1 + i % 7)})
    losses = Losses(history, "validation_loss")
    taken: list[float] = []

    def step(total: float, loss: float) -> float:
        taken.append(loss)
        return total + loss

    for count in range(100, 130):
        assert folded(losses, "sum", step, 0.0) == pytest.approx(sum(losses))
        assert folded(losses[20:], "sum", step, 0.0) == pytest.approx(sum(list(losses)[20:]))
        table.append({"validation_loss": float(count)})
    assert len(taken) == 129 + 109


@pytest.mark.parametrize("name", Schedule.registry.names())
def test_schedules_see_the_same_losses_in_place(name: str) -> None:
    """As a list, and as the run gives them."""
    schedule = Schedule.from_json({"type": "WarmUp", "epochs": 2.0, "then": {"type": name}} if name != "WarmUp" else name)
    history = RunHistory()
    table = history.epochs
    losses = Losses(history, "validation_loss")
    known: list[float] = []
    for epoch in range(60):
        for batch in range(3):
            arguments = (0.1, 3 * epoch + batch, epoch, 180, 3)
            assert schedule.rate(*arguments, losses) == schedule.rate(*arguments, known)
        known.append(1.0 / min(epoch + 1, 9))
        table.append({"validation_loss": known[-1]})
