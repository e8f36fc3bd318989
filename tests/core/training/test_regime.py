"""Penalties, clipping, schedules and stop rules in a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitrine.core.errors import TrainingError
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.layers.sparse_activity import SparseActivity
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.metrics.base import Metric
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.regularizers.l2 import L2
from vitrine.core.schedules.base import Schedule
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.events import Event, Finished
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Clipping, Split, Training, gradient_norm
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01

DATA: list[Dataset] = []


def digits() -> Dataset:
    if not DATA:
        DATA.append(build(Digits(), Scale01(), Split()))
    return DATA[0]


def experiment(
    optimizer: Any = "SGD", hidden: dict[str, Any] | None = None, training: dict[str, Any] | None = None, **parts: Any
) -> Experiment:
    graph = GraphSpec.chain(
        Input(), Flatten(), Dense(**{"units": 12, "activation": "Tanh", **(hidden or {})}), Dense(units=10, activation="Softmax")
    )
    return Experiment(
        dataset=Digits(), preprocessing=Scale01(), graph=graph, loss=CategoricalCrossEntropy(), optimizer=Optimizer.from_json(optimizer),
        training=Training(**{"batch_size": 100, "epochs": 3, **(training or {})}), **parts,
    )  # fmt: skip


def trainer(**settings: Any) -> Trainer:
    return Trainer(experiment(**settings), digits())


def finish(run: Trainer) -> Finished:
    run.control.run()
    events: list[Event] = list(run.run())
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1]


def one_step(run: Trainer) -> np.ndarray:
    """The flat parameters after one step from here."""
    run.control.step_batch()
    events = run.run()
    while run.step < 1:
        next(events)
    events.close()  # type: ignore[attr-defined]
    return run.network.params


# -- penalties ------------------------------------------------------------------------------------------------------------------------


def test_penalty_moves_weights_and_leaves_biases() -> None:
    plain, penalized = trainer(), trainer(regularizer=L2(strength=0.5))
    start = plain.network.params.copy()
    difference = one_step(penalized) - one_step(plain)
    for key, part in plain.network.slices.items():
        expected = -0.01 * 0.5 * start[part] if plain.network.specs[key].is_weight else np.zeros(part.stop - part.start)
        np.testing.assert_allclose(difference[part], expected, atol=1e-7, err_msg=key)


def test_penalty_of_one_layer_alone() -> None:
    plain, penalized = trainer(), trainer(hidden={"regularizer": {"type": "L1", "strength": 0.1}})
    moved = one_step(penalized) != one_step(plain)
    assert moved[plain.network.slices["dense_1/W"]].any()
    assert not moved[plain.network.slices["dense_2/W"]].any()


def test_shown_loss_is_without_the_penalty_and_says_so() -> None:
    plain, penalized = trainer(), trainer(regularizer=L2(strength=5.0), hidden={"regularizer": "L1"})
    one_step(plain), one_step(penalized)
    assert plain.history.steps.column("loss")[0] == penalized.history.steps.column("loss")[0]
    assert plain.experiment.loss_text == "Categorical cross-entropy"
    assert penalized.experiment.loss_text == "Categorical cross-entropy, without the penalty (L1, L2)"
    finish(penalized)
    weights = [penalized.network.views[f"dense_{i}/W"] for i in (1, 2)]
    expected = 2.5 * sum(float(np.sum(w.astype(float) ** 2)) for w in weights) + 0.001 * float(np.abs(weights[0]).sum())
    assert penalized.history.epochs.column("penalty")[-1] == pytest.approx(expected, rel=1e-4)
    assert "penalty" not in plain.history.epochs.names()


def test_a_plain_run_pays_nothing() -> None:
    regime = trainer().regime
    assert not (regime.penalties or regime.clipping.active or regime.scheduled or regime.asks_each_step)


def test_sparse_activity_holds_the_mean_near_its_share() -> None:
    graph = GraphSpec.chain(
        Input(),
        Flatten(),
        Dense(units=12, activation="Sigmoid"),
        SparseActivity(share=0.1, strength=3.0),
        Dense(units=10, activation="Softmax"),
    )
    run = Trainer(experiment(optimizer="Adam", training={"epochs": 60}).replace(graph=graph), digits())
    before = run.network.activations(run.x, ["dense_1"])["dense_1"].mean(axis=0)
    finish(run)
    after = run.network.activations(run.x, ["dense_1"])["dense_1"].mean(axis=0)
    assert before.min() > 0.25
    np.testing.assert_allclose(after, 0.1, atol=0.03)
    assert run.experiment.loss_text.endswith("without the penalty (Sparse activity)")


# -- clipping -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e25])
def test_clip_by_norm_keeps_the_direction(scale: float) -> None:
    g = (np.random.default_rng(0).normal(size=1000) * scale).astype(np.float32)
    clipped = g.copy()
    Clipping(norm=0.5).clip(clipped)
    length = float(np.linalg.norm(g.astype(float)))
    assert gradient_norm(g) == pytest.approx(length, rel=1e-5)
    np.testing.assert_allclose(clipped, g * min(1.0, 0.5 / length), rtol=1e-5)


def test_clip_by_value_then_by_norm() -> None:
    g = np.array([3.0, -0.1, -5.0], np.float32)
    Clipping(value=1.0, norm=1.0).clip(g)
    np.testing.assert_allclose(g, np.array([1.0, -0.1, -1.0]) / np.sqrt(2.01), rtol=1e-6)


def test_clipped_steps_are_short() -> None:
    run = trainer(clipping=Clipping(norm=0.01))
    start = run.network.params.copy()
    assert np.linalg.norm(one_step(run) - start) == pytest.approx(0.01 * 0.01, rel=1e-3)


# -- schedules ------------------------------------------------------------------------------------------------------------------------


def test_recorded_rate_follows_the_schedule() -> None:
    run = trainer(schedule=Schedule.from_json({"type": "WarmUp", "epochs": 1, "then": {"type": "Exponential", "factor": 0.5}}))
    finish(run)
    rates, per_epoch = run.history.steps.column("learning_rate"), run.steps_per_epoch
    np.testing.assert_allclose(rates[:per_epoch], 0.01 * np.arange(1, per_epoch + 1) / per_epoch)
    np.testing.assert_allclose(rates[per_epoch : 2 * per_epoch], 0.01)
    np.testing.assert_allclose(rates[2 * per_epoch :], 0.005)
    np.testing.assert_allclose(run.history.epochs.column("learning_rate"), [0.01, 0.01, 0.005])


def test_live_change_scales_the_schedule() -> None:
    run = trainer(schedule=Schedule.from_json({"type": "StepDecay", "every": 1}))
    run.control.set_learning_rate(1.0)
    finish(run)
    np.testing.assert_allclose(run.history.epochs.column("learning_rate"), [1.0, 0.5, 0.25])


def test_plateau_sees_the_validation_loss() -> None:
    run = trainer(
        optimizer={"type": "SGD", "learning_rate": 1e-12},
        training={"epochs": 4},
        schedule=Schedule.from_json({"type": "Plateau", "patience": 0}),
    )
    finish(run)
    np.testing.assert_allclose(run.history.epochs.column("learning_rate"), [1e-12, 1e-12, 1e-13, 1e-14])


def test_plateau_goes_by_the_validation_loss_from_the_first_epoch_on() -> None:
    """What it reads was chosen before there was any loss: the training loss for the whole run, until it was stored and loaded."""
    schedule = Schedule.from_json({"type": "Plateau", "patience": 1, "factor": 0.7})
    run = trainer(optimizer={"type": "Adam", "learning_rate": 0.05}, schedule=schedule, training={"epochs": 30})
    finish(run)
    table = run.history.epochs
    losses = table.column("validation_loss").tolist()
    expected = [schedule.rate(0.05, 0, epoch, 0, 1, losses[:epoch]) for epoch in range(30)]
    others = table.column("train_loss").tolist()
    assert expected != [schedule.rate(0.05, 0, epoch, 0, 1, others[:epoch]) for epoch in range(30)]
    np.testing.assert_array_equal(table.column("learning_rate"), expected)


@pytest.mark.parametrize("name", Schedule.registry.names())
def test_resume_is_exact_with_a_schedule(name: str) -> None:
    settings: dict[str, Any] = {"optimizer": "Adam", "schedule": Schedule.from_json(name), "training": {"epochs": 12}}
    whole, part, again = (trainer(**settings) for _ in range(3))
    finish(whole)
    for _ in part.run():
        if part.step == 30:
            break
    again.restore(part.checkpoint())
    finish(again)
    assert weights_sha256(again.network.arrays()) == weights_sha256(whole.network.arrays())
    np.testing.assert_array_equal(again.history.steps.column("learning_rate"), whole.history.steps.column("learning_rate"))


# -- stop rules -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule, reason, epochs",
    [
        ({"type": "MaxTime", "seconds": 1e-6}, "1e-06 seconds of training", 1),
        ({"type": "LossBelow", "threshold": 2.2}, "train loss", 1),
        ({"type": "MetricReached", "target": 0.6}, "validation Accuracy", 4),
        ({"type": "MetricReached", "target": 0.5, "metric": "F1"}, "validation F1 score", 4),
        ({"type": "FirstOf", "first": {"type": "MaxTime", "seconds": 1e9}, "second": {"type": "LossBelow", "threshold": 2.2}}, "train loss", 1),
        ("NoRule", "epochs", 40),
    ],
)  # fmt: skip
def test_rule_ends_the_run(rule: Any, reason: str, epochs: int) -> None:
    run = trainer(optimizer={"type": "SGD", "learning_rate": 0.3}, stop_rule=StopRule.from_json(rule), training={"epochs": 40})
    last = finish(run)
    assert last.reason.startswith(reason), last.reason
    assert 1 <= last.epoch <= epochs and run.finished


@pytest.mark.parametrize("steps", [1, 13, 26])
def test_steps_end_where_they_say(steps: int) -> None:
    run = trainer(stop_rule=StopRule.from_json({"type": "MaxSteps", "steps": steps}))
    assert run.steps_per_epoch == 13
    last = finish(run)
    assert run.step == steps and last.reason == f"{steps} steps"
    assert last.epoch == run.history.epochs.count == steps // 13, "an epoch that was whole is recorded"


def overfitting(epochs: int, patience: int, rate: float = 3.0) -> Trainer:
    """A rate so high that the validation loss soon rises."""
    rule = StopRule.from_json({"type": "Patience", "epochs": patience})
    return trainer(optimizer={"type": "SGD", "learning_rate": rate}, stop_rule=rule, training={"epochs": epochs})


def test_patience_brings_the_best_weights_back() -> None:
    run = overfitting(epochs=200, patience=4)
    last = finish(run)
    losses = run.history.epochs.column("validation_loss")
    best = int(np.argmin(losses)) + 1
    assert last.reason == f"no lower validation loss for 4 epochs; weights of epoch {best} brought back"
    assert len(losses) == best + 4 < 200
    assert run.evaluate("validation")["validation_loss"] == pytest.approx(losses.min(), rel=1e-6)
    assert run.history.marks[-1] == (run.step, f"weights of epoch {best} brought back")


def test_best_weights_come_back_when_the_epochs_are_over_too() -> None:
    run = overfitting(epochs=200, patience=4)
    finish(run)
    planned = int(np.argmin(run.history.epochs.column("validation_loss"))) + 3
    run = overfitting(epochs=planned, patience=50)
    assert finish(run).reason == f"epochs; weights of epoch {planned - 2} brought back"


def test_best_weights_survive_a_checkpoint() -> None:
    whole, part, again = (overfitting(epochs=200, patience=4) for _ in range(3))
    finish(whole)
    for _ in part.run():
        if part.step == whole.step - 20:
            break
    again.restore(part.checkpoint())
    assert finish(again).reason == finish(part).reason
    assert weights_sha256(again.network.arrays()) == weights_sha256(whole.network.arrays())


def test_a_run_that_was_stopped_may_go_on() -> None:
    run = trainer(stop_rule=StopRule.from_json({"type": "MaxSteps", "steps": 5}), training={"epochs": 1})
    finish(run)
    run.adopt(run.experiment.replace(stop_rule=StopRule.from_json("NoRule")))
    assert finish(run).reason == "epochs" and run.step == 13


# -- full batch -----------------------------------------------------------------------------------------------------------------------


def test_lbfgs_trains_a_network() -> None:
    run = trainer(optimizer="LBFGS", training={"batch_size": "full", "epochs": 60}, regularizer=L2(strength=1e-4))
    finish(run)
    losses = run.history.steps.column("loss")
    assert losses[-1] < 0.05 < 2 < losses[0]
    assert run.evaluate("test")["test_accuracy"] > 0.9


def test_lbfgs_asks_for_the_full_batch() -> None:
    problems = [p for p in experiment(optimizer="LBFGS").analyze(digits().info).problems]
    assert [p.field for p in problems] == ["training.batch_size"] and "Batch size" in problems[0].message
    with pytest.raises(TrainingError, match="full"):
        trainer(optimizer="LBFGS")


# -- as part of an experiment -----------------------------------------------------------------------------------------------------------


def test_files_without_these_parts_are_read() -> None:
    data = experiment().to_json()
    for part in ("regularizer", "schedule", "clipping", "stop_rule"):
        del data[part]
    assert Experiment.from_json(data) == experiment()


def test_json_there_and_back() -> None:
    whole = experiment(
        regularizer=L2(strength=0.1),
        clipping=Clipping(norm=1.0),
        schedule=Schedule.from_json("WarmUp"),
        stop_rule=StopRule.from_json("FirstOf"),
    )
    assert Experiment.from_json(whole.to_json()) == whole


@pytest.mark.parametrize(
    "parts, field",
    [
        ({"schedule": Schedule.from_json({"type": "WarmUp", "epochs": 5.0})}, "schedule.epochs"),
        ({"schedule": Schedule.from_json({"type": "StepDecay", "every": 3})}, "schedule.every"),
        ({"schedule": Schedule.from_json({"type": "StepDecay", "factor": -1.0, "every": 1})}, "schedule.factor"),
        ({"stop_rule": StopRule.from_json({"type": "MetricReached", "metric": "RMSE"})}, "stop_rule.metric"),
        ({"stop_rule": StopRule.from_json("Patience"), "split": Split(train=0.8, validation=0.0)}, "stop_rule.epochs"),
        ({"clipping": Clipping(norm=0.0)}, "clipping.norm"),
        ({"regularizer": L2(strength=-1.0)}, "regularizer.strength"),
    ],
)  # fmt: skip
def test_settings_that_dont_suit_are_reported_at_their_field(parts: dict[str, Any], field: str) -> None:
    problems = experiment(**parts).analyze(digits().info).problems
    assert [p.field for p in problems] == [field], [str(p) for p in problems]


def test_two_metrics_of_a_type_are_two() -> None:
    """Each rule is asked about its own: one of them read what the other measures, and ended the run at once."""
    rules = [
        {"type": "MetricReached", "metric": {"type": "TopK", "k": k}, "target": target} for k, target in ((2, 0.99), (8, 1.0), (3, 1.0))
    ]
    both = {"type": "FirstOf", "first": rules[0], "second": {"type": "FirstOf", "first": rules[1], "second": rules[2]}}
    run = trainer(stop_rule=StopRule.from_json(both), training={"epochs": 1})
    finish(run)
    predictions, y = run.network.predict(run.data.split("validation")[0]), run.data.split("validation")[1]
    for k, name in ((2, "top_k, k = 2"), (8, "top_k, k = 8"), (3, "top_k")):
        assert run.history.epochs.last(f"validation_{name}") == Metric.registry.get("TopK")(k=k).value(predictions, y)


def test_all_metrics_are_recorded_when_asked() -> None:
    run = trainer(training={"metrics": "all", "epochs": 1})
    finish(run)
    names = {f"validation_{key}" for key in ("accuracy", "top_k", "precision", "recall", "f1")}
    assert names <= set(run.history.epochs.names())
    assert [m.key for m in trainer().subject.metrics] == ["accuracy"]
