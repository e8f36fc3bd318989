"""The training loop: what it yields, how it is steered, exact resume, and what it does when numbers leave the finite range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from small_runs import digest, digits, layer

from vitrine.core.errors import FileError, TrainingError
from vitrine.core.layers.base import Layer
from vitrine.core.learners.batches import batches
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.checkpoint import Checkpoint, weights_sha256
from vitrine.core.training.events import Diagnosis, EpochDone, Finished, StateChanged, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, Info
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.none import NoPreprocessing
from vitrine.datasets.preprocessing.scale01 import Scale01


def chain(*middle: Layer) -> GraphSpec:
    return GraphSpec.chain(layer("Input"), *middle, layer("Flatten"), layer("Dense", units=10, activation="Softmax"))


PLAIN = (layer("Flatten"), layer("Dense", units=20, activation="ReLU"))


def make(*middle: Layer, optimizer: str = "SGD", rate: float = 0.2, data: Dataset | None = None, **training: Any) -> Trainer:
    experiment = Experiment(
        dataset=Digits(),
        preprocessing=Scale01(),
        graph=chain(*(middle or PLAIN)),
        loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get(optimizer)(learning_rate=rate),
        training=Training(**{"batch_size": 50, "epochs": 2, **training}),
    )
    return Trainer(experiment, data or digits())


def finish(trainer: Trainer) -> list[Any]:
    return list(trainer.run())


def until(trainer: Trainer, step: int) -> None:
    """Train up to that step and leave the generator there, as a consumer that goes away would."""
    for event in trainer.run():
        if isinstance(event, StepDone) and event.step == step:
            return


# -- the loop ---------------------------------------------------------------------------------------------------------------------


def test_events_and_history_agree() -> None:
    trainer = make(epochs=3)
    events = finish(trainer)
    steps = [e for e in events if isinstance(e, StepDone)]
    epochs = [e for e in events if isinstance(e, EpochDone)]
    assert [e.step for e in steps] == list(range(1, 3 * trainer.steps_per_epoch + 1))
    assert [e.epoch for e in epochs] == [1, 2, 3] and isinstance(events[-1], Finished)
    np.testing.assert_array_equal(trainer.history.steps.column("loss"), [e.loss for e in steps])
    assert epochs[-1].values["validation_accuracy"] > 0.8
    assert trainer.steps_per_epoch == -(-1258 // 50)


def test_every_example_is_learnt_once_an_epoch() -> None:
    trainer = make(epochs=1)
    seen = np.concatenate([x for x, _ in batches(trainer.subject)])
    assert seen.shape == trainer.x.shape
    np.testing.assert_array_equal(np.sort(seen.sum(axis=(1, 2, 3))), np.sort(trainer.x.sum(axis=(1, 2, 3))))


def test_full_batch_is_one_step_an_epoch() -> None:
    trainer = make(batch_size="full", epochs=4)
    assert sum(isinstance(e, StepDone) for e in finish(trainer)) == 4


def test_batch_larger_than_the_data_takes_all_of_it() -> None:
    trainer = make(batch_size=100_000, epochs=2)
    assert trainer.batch_size == len(trainer.x)
    assert trainer.step == 0 and isinstance(finish(trainer)[-1], Finished) and trainer.step == 2


def test_same_seed_same_bits() -> None:
    first, second, other = make(seed=3), make(seed=3), make(seed=4)
    for trainer in (first, second, other):
        finish(trainer)
    assert digest(first) == digest(second) != digest(other)
    np.testing.assert_array_equal(first.history.steps.column("loss"), second.history.steps.column("loss"))


def until_paused(run: Iterator[Any]) -> list[Any]:
    seen = []
    for event in run:
        seen.append(event)
        if event == StateChanged("paused", event.step, event.epoch):
            return seen
    raise AssertionError("the run ended instead of pausing")


def test_pause_step_and_stop() -> None:
    trainer = make(epochs=50)
    control, run = trainer.control, trainer.run()
    control.step_batch()
    seen = until_paused(run)
    assert sum(isinstance(e, StepDone) for e in seen) == 1 == trainer.step
    control.step_epoch()
    seen = until_paused(run)
    assert sum(isinstance(e, EpochDone) for e in seen) == 1 == trainer.epoch
    assert trainer.step == trainer.steps_per_epoch
    control.stop()
    rest = list(run)
    assert isinstance(rest[-1], Finished) and rest[-1].reason == "stopped"
    assert trainer.step == trainer.steps_per_epoch


def test_learning_rate_changes_while_it_runs() -> None:
    trainer = make(epochs=1)
    for event in trainer.run():
        if isinstance(event, StepDone) and event.step == 1:
            trainer.control.set_learning_rate(0.5)
    rates = trainer.history.steps.column("learning_rate")
    assert rates[0] == 0.2 and rates[-1] == 0.5 and trainer.history.marks == [(1, "learning rate 0.5")]


@pytest.mark.parametrize(
    "change, words",
    [
        ({"rate": 0.0}, "Learning rate must be above 0"),
        ({"rate": -1.0}, "Learning rate must be above 0"),
        ({"rate": float("nan")}, "Learning rate must be finite"),
        ({"batch_size": 0}, "Batch size must be at least 1"),
        ({"epochs": 0}, "Epochs must be at least 1"),
    ],
)
def test_senseless_settings_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        make(**change)


# -- exact resume -----------------------------------------------------------------------------------------------------------------

NOISY = (
    layer("Conv2D", filters=4, activation="ReLU"),
    layer("Dropout", rate=0.2),
    layer("Flatten"),
    layer("Dense", units=16, activation="RReLU"),
    layer("BatchNorm"),
    layer("Dropout", rate=0.5),
)


def resumed(trainer: Trainer, **settings: Any) -> Trainer:
    fresh = make(*settings.pop("layers"), **settings)
    fresh.restore(trainer.checkpoint())
    return fresh


@pytest.mark.parametrize("optimizer", Optimizer.registry.names())
def test_three_and_three_epochs_equal_six(optimizer: str) -> None:
    settings: dict[str, Any] = {"optimizer": optimizer, "rate": 0.003, "epochs": 4}
    if Optimizer.registry.get(optimizer).full_batch:
        settings["batch_size"] = "full"
    whole, half = make(*NOISY, **settings), make(*NOISY, **{**settings, "epochs": 2})
    finish(whole)
    finish(half)
    again = resumed(half, layers=NOISY, **settings)
    finish(again)
    assert digest(again) == digest(whole)
    for table in ("steps", "epochs"):
        one, other = getattr(whole.history, table), getattr(again.history, table)
        assert one.names() == other.names()
        for name in set(one.names()) - {"seconds"}:
            np.testing.assert_array_equal(one.column(name), other.column(name), err_msg=name)


@pytest.mark.parametrize("step", [1, 17, 26, 30])  # in an epoch, at its very end (26 steps an epoch), in the next
def test_resume_in_the_middle_of_an_epoch(step: int) -> None:
    settings: dict[str, Any] = {"optimizer": "Adam", "rate": 0.003, "epochs": 2}
    whole, part = make(*NOISY, **settings), make(*NOISY, **settings)
    finish(whole)
    until(part, step)
    again = resumed(part, layers=NOISY, **settings)
    finish(again)
    assert digest(again) == digest(whole) and again.history.epochs.count == 2
    finish(part)  # the same trainer may go on, too
    assert digest(part) == digest(whole)


def test_resume_of_normalization_and_large_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layer states are kept; and an epoch that is not copied in shuffled order goes on as well."""
    monkeypatch.setattr("vitrine.core.learners.batches.SMALL_EPOCH", 0)
    layers = (layer("Flatten"), layer("Dense", units=16), layer("BatchNorm"), layer("Activation"))
    whole, part = make(*layers, rate=0.01), make(*layers, rate=0.01)
    finish(whole)
    until(part, 40)
    again = resumed(part, layers=layers, rate=0.01)
    finish(again)
    assert digest(again) == digest(whole) and again.network.state


def test_a_checkpoint_holds_copies() -> None:
    trainer = make(optimizer="Adam")
    until(trainer, 3)
    checkpoint = trainer.checkpoint()
    before = weights_sha256({**checkpoint.weights, **checkpoint.optimizer, **checkpoint.history})
    finish(trainer)
    assert weights_sha256({**checkpoint.weights, **checkpoint.optimizer, **checkpoint.history}) == before


def altered(checkpoint: Checkpoint, **changes: Any) -> Checkpoint:
    parts = {name: dict(getattr(checkpoint, name)) for name in ("weights", "optimizer", "history", "meta")}
    for name, change in changes.items():
        parts[name].update(change)
    return Checkpoint(**parts)


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    trainer = make(optimizer="Adam")
    until(trainer, 3)
    good = trainer.checkpoint()
    fresh = make(optimizer="Adam")
    first = digest(fresh)
    bad = {
        "those of dense_1/W are": {"weights": {"dense_1/W": np.zeros((2, 2), np.float32)}},
        "floating-point": {"weights": {"dense_1/W": np.zeros((64, 20), np.int32)}},
        "state of the optimizer": {"optimizer": {"m": np.zeros(3, np.float32)}},
        "7 training examples": {"meta": {"examples": 7}},
        "damaged": {"meta": {"generators": {"shuffle": "nonsense"}}},
        "unequal length": {"history": {"steps/loss": np.zeros(1)}},
    }
    for words, change in bad.items():
        with pytest.raises(FileError, match=words):
            fresh.restore(altered(good, **change))
        assert digest(fresh) == first and fresh.step == 0
    with pytest.raises(FileError, match="damaged"):
        fresh.restore(altered(good, meta={"generators": None}))
    finish(fresh)
    whole = make(optimizer="Adam")
    finish(whole)
    assert digest(fresh) == digest(whole), "a refused checkpoint moved a generator"


def test_another_optimizer_goes_on_with_empty_slots() -> None:
    trainer = make(optimizer="Adam", rate=0.003)
    until(trainer, 30)
    other = make(optimizer="SGD")
    other.restore(trainer.checkpoint())
    assert digest(other) == digest(trainer) and other.step == 30
    assert isinstance(finish(other)[-1], Finished)


# -- numbers out of range ---------------------------------------------------------------------------------------------------------


def diagnose(trainer: Trainer) -> Diagnosis:
    """The first diagnosis of the run, which then is stopped; the weights must be finite."""
    found = None
    for event in trainer.run():
        if isinstance(event, Diagnosis) and found is None:
            found = event
            trainer.control.stop()
    assert found is not None and found.kind == "not_finite" and found.severity == "error"
    assert np.isfinite(trainer.network.params).all()
    assert all(np.isfinite(slot).all() for slot in trainer.optimizer.slots.values())
    assert all(np.isfinite(state).all() for state in trainer.network.state.values())
    return found


@pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "RMSProp", "Adam"])
@pytest.mark.parametrize("rate", [1e30, 3e38])
def test_enormous_learning_rate(optimizer: str, rate: float) -> None:
    trainer = make(optimizer=optimizer, rate=rate)
    found = diagnose(trainer)
    assert found.node in ("dense_1", "dense_2") and found.step in (1, 2)
    assert f"at step {found.step}" in found.message or f"update of step {found.step}" in found.message
    usual = trainer.experiment.optimizer.field("learning_rate").default
    assert f"Lower the learning rate from {rate:g} to {usual:g}" in found.remedy
    assert np.abs(trainer.network.params).max() < 10, "the weights before the step that broke them are kept"


def test_slow_divergence_is_diagnosed_later() -> None:
    """Without any single risky step: deep linear layers whose weights grow until the range is left."""
    layers = (layer("Flatten"), *(layer("Dense", units=16) for _ in range(6)))
    found = diagnose(make(*layers, rate=5.0, epochs=10))
    assert found.step > 1 and found.node is not None and "from 5 to 0.01" in found.remedy


def with_inputs(change: Any) -> Dataset:
    data = digits()
    parts = {name: (x.copy(), y) for name, (x, y) in data.parts.items()}
    change(parts["train"][0])
    return Dataset(data.info, parts, data.rows)


def test_huge_inputs_point_at_preprocessing() -> None:
    def blow_up(x: np.ndarray) -> None:
        x *= np.float32(1e37)

    found = diagnose(make(data=with_inputs(blow_up)))
    assert "Standardize" in found.remedy and "1e+37" in found.remedy and found.node == "dense_1"


@pytest.mark.parametrize("value, word", [(np.nan, "NaN"), (np.inf, "Infinity")])
def test_bad_data_is_blamed_on_the_data(value: float, word: str) -> None:
    def spoil(x: np.ndarray) -> None:
        x[:] = value

    found = diagnose(make(layer("Flatten"), layer("Dense", units=8), layer("BatchNorm"), data=with_inputs(spoil)))
    assert found.message.startswith(f"{word} appeared first in the data itself, at input_1: 50 examples") and found.step == 1


def test_one_bad_row_costs_one_batch() -> None:
    """After the diagnosis the run may go on: the batch is passed over, the rest is learnt."""

    def spoil(x: np.ndarray) -> None:
        x[600] = np.nan

    trainer = make(data=with_inputs(spoil), epochs=1)
    diagnoses = []
    for event in trainer.run():
        if isinstance(event, Diagnosis):
            diagnoses.append(event)
        elif isinstance(event, StateChanged) and event.state == "paused":
            trainer.control.run()
    assert len(diagnoses) == 1 and "1 example of" in diagnoses[0].message
    assert trainer.step == trainer.steps_per_epoch - 1 and trainer.evaluate("validation")["validation_accuracy"] > 0.4


def test_regression_with_huge_targets() -> None:
    """Finite outputs; the loss is finite too, while float64 holds the squares, but not the gradient; then the differences are not."""
    x = np.ones((20, 2), np.float32)
    y = np.full((20, 1), 3e38, np.float32)
    parts = {name: (x, y) for name in ("train", "validation", "test")}
    data = Dataset(Info("Huge", "table", (2,), "regression", target_shape=(1,)), parts, {})
    graph = GraphSpec.chain(layer("Input"), layer("Dense", units=1))
    loss = Loss.registry.get("MeanSquaredError")()
    experiment = Experiment(Digits(), NoPreprocessing(), graph, loss, Optimizer.registry.get("SGD")())
    assert "in the gradient of dense_1" in diagnose(Trainer(experiment, data)).message
    trainer = Trainer(experiment, data)
    trainer.network.views["dense_1/b"][...] = -3e38
    assert "in the loss" in diagnose(trainer).message
