"""What a run is: its parts stored, restored and carried on; epochs that count every example once; guests that go wrong."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from small_runs import digest, digits, experiment, layer, make, until

from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.schedules.base import Schedule
from vitrine.core.schedules.losses import Losses, folded
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.continuing import change_between, continue_from
from vitrine.core.training.events import EpochDone
from vitrine.core.training.experiment import CHANGES, Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.run import Run
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.datasets.xor import Xor

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


@pytest.mark.parametrize("other, kept", [({"type": "Adam", "beta1": 0.5}, True), ("AdamW", False)], ids=["settings", "optimizer"])
def test_other_settings_of_an_optimizer_keep_its_memory(other: Any, kept: bool) -> None:
    """A number changed in its form, and typed back, threw away what the run had gathered; nothing was said of it."""
    trainer = until(make(optimizer="Adam", rate=0.001), 30)
    before = {name: slot.copy() for name, slot in trainer.optimizer.slots.items()}
    trainer.adopt(trainer.experiment.replace(optimizer=Optimizer.from_json(other)))
    assert trainer.optimizer.optimizer == Optimizer.from_json(other) and trainer.optimizer.step == (30 if kept else 0)
    assert all(np.array_equal(slot, before[name]) == kept for name, slot in trainer.optimizer.slots.items())


def test_an_optimizer_that_comes_back_before_the_next_step_never_was_away() -> None:
    """Another one chosen and undone: the weights stood, but the run went on with an empty memory."""
    trainer, straight = (until(make(optimizer="Adam", rate=0.001), 30) for _ in range(2))
    adam = trainer.experiment.optimizer
    for other in (Optimizer.from_json("SGD"), Optimizer.from_json("RMSProp"), adam):
        trainer.adopt(trainer.experiment.replace(optimizer=other))
    until(trainer, 45), until(straight, 45)
    assert digest(trainer) == digest(straight) and trainer.optimizer.step == 45
    trainer.adopt(trainer.experiment.replace(optimizer=Optimizer.from_json("SGD")))
    until(trainer, 46)
    trainer.adopt(trainer.experiment.replace(optimizer=adam))
    assert trainer.optimizer.step == 0, "what it remembers is of steps before"


RENAMED = experiment().graph.rename("dense_1", "hidden")
WIDER = experiment().graph.set_layer("dense_1", layer("Dense", units=20, activation="ReLU"))


@pytest.mark.parametrize(
    "edit, kept",
    [
        ({"training": Training(batch_size=20, epochs=3, diagnose=False)}, True),
        ({"graph": RENAMED}, True),
        ({"graph": WIDER}, False),
        ({"loss": Loss.registry.get("MultiClassHinge")()}, False),
        ({"optimizer": Optimizer.from_json({"type": "Adam", "beta1": 0.5}), "graph": RENAMED}, True),
        ({"optimizer": Optimizer.from_json("AdamW"), "graph": RENAMED}, False),
    ],
    ids=["batch_size", "name", "units", "loss", "settings", "optimizer"],
)
def test_the_optimizers_memory_goes_on_where_it_fits(edit: dict[str, Any], kept: bool) -> None:
    """Another batch size, or name of a layer, threw it away unsaid."""
    plain = experiment(optimizer="Adam", rate=0.001)
    before = until(Trainer(plain, digits()), 30)
    after = Trainer(plain.replace(**edit), digits())
    continue_from(after, before)
    assert after.step == 30 and after.optimizer.step == (30 if kept else 0)
    for name, slot in before.optimizer.slots.items():
        assert slot.any() and np.array_equal(after.optimizer.slots[name], slot if kept else np.zeros_like(after.optimizer.slots[name]))
        assert after.optimizer.slots[name] is not slot, "the run before is as it was"


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
