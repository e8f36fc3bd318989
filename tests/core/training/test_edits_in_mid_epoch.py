"""An edit in the middle of an epoch: its mean is of one loss, and its batches are as all others."""

from __future__ import annotations

from typing import Any

import pytest
from edited_runs import HIDDEN, after_steps, experiment, go_on, make

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.monitors.guess import guess_level
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.events import EpochDone, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
from vitrine.datasets.gaussians import Gaussians
from vitrine.datasets.preprocessing.none import NoPreprocessing


@pytest.mark.parametrize("steps", [1, 10, 25, 26])
def test_an_epochs_mean_is_of_one_loss(steps: int) -> None:
    """Its examples before the edit were added up under the old loss. 26 steps are all of an epoch that is not closed yet."""
    before = after_steps(make(experiment(rate=1e-12)), steps)
    after = go_on(before, experiment(loss="CategoricalCrossEntropy", rate=1e-12))
    row = next(event.values for event in after.run() if isinstance(event, EpochDone))
    assert row["train_loss"] == pytest.approx(after.evaluate("train")["train_loss"], rel=1e-5)
    assert row["epoch"] == 1 and row["step"] == steps + 26
    assert before.position == min(50 * steps, 1258)


def test_an_epochs_mean_is_of_one_network() -> None:
    before = after_steps(make(experiment(rate=1e-12)), 10)
    after = go_on(before, experiment({**HIDDEN[0], "activation": "Tanh"}, rate=1e-12))
    row = next(event.values for event in after.run() if isinstance(event, EpochDone))
    assert row["train_loss"] == pytest.approx(after.evaluate("train")["train_loss"], rel=1e-5)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_loss_that_adds_up_is_the_same_over_an_epoch_as_over_the_part(reduction: str) -> None:
    """Sums over batches were averaged as if they were means: the value was that of no set of examples."""
    data = build(Gaussians(noise=0.9), NoPreprocessing(), Split())
    graph = GraphSpec.chain(*map(Layer.from_json, [{"type": "Input"}, {"type": "Dense", "units": 1}]))
    plan = Experiment(
        dataset=Gaussians(noise=0.9), preprocessing=NoPreprocessing(), graph=graph,
        loss=Loss.from_json({"type": "PerceptronCriterion", "reduction": reduction}),
        optimizer=Optimizer.from_json({"type": "SGD", "learning_rate": 1e-12}), training=Training(batch_size=47, epochs=1),
    )  # fmt: skip
    run = Trainer(plan, data)
    row = next(event.values for event in run.run() if isinstance(event, EpochDone))
    assert row["train_loss"] == pytest.approx(run.evaluate("train")["train_loss"], rel=1e-5)
    whole, batch = guess_level(run.subject, len(run.x)), guess_level(run.subject, 47)
    assert whole is not None and batch == pytest.approx(whole * (47 / len(run.x) if reduction == "sum" else 1.0))


NORMED = ({"type": "Dense", "units": 16}, {"type": "BatchNorm"}, {"type": "Activation"})


def test_no_batch_of_one_after_another_batch_size() -> None:
    """1,258 examples: 257 of them learnt, then 1,001 in batches of 100 would leave one, which has no variance."""
    before = after_steps(make(experiment(*NORMED, training={"batch_size": 257})), 1)
    after = go_on(before, experiment(*NORMED, training={"batch_size": 100}))
    sizes = learnt(after)
    assert sizes[:10] == [100] * 10 and sizes[10:] == [100] * 12 + [58], "the example that is left over is left out this once"
    assert (after.network.state["batchnorm_1/moving_variance"] > 1e-4).any()


def test_no_partial_batch_where_such_are_dropped() -> None:
    before = after_steps(make(experiment(training={"batch_size": 257})), 1)
    after = go_on(before, experiment(training={"batch_size": 300, "drop_last": True}))
    assert learnt(after) == [300] * 3 + [300] * 4


def test_no_partial_batch_once_they_shall_be_dropped() -> None:
    before = after_steps(make(experiment(training={"batch_size": 300})), 4)
    after = go_on(before, experiment(training={"batch_size": 300, "drop_last": True}))
    assert learnt(after) == [300] * 4, "what was learnt of the epoch before is all of it"


def test_the_rest_is_cut_alike_after_a_restart() -> None:
    before = after_steps(make(experiment(*NORMED, training={"batch_size": 257})), 1)
    after = after_steps(go_on(before, experiment(*NORMED, training={"batch_size": 100})), 6)
    again = make(after.experiment)
    again.restore(after.checkpoint())
    assert learnt(again) == learnt(after) == [100] * 5 + [100] * 12 + [58]


@pytest.mark.parametrize("first", [50, "full"])
def test_an_epoch_whose_batches_are_all_learnt_is_closed_after_an_edit(first: Any) -> None:
    """On the whole training part at once it was learnt again, and what was added up thrown away."""
    before = after_steps(make(experiment(training={"batch_size": first})), 1 if first == "full" else 26)
    after = go_on(before, experiment(training={"batch_size": "full", "drop_last": True}))
    row = next(event.values for event in after.run() if isinstance(event, EpochDone))
    assert row["step"] == before.step and row["train_loss"] == before.subject.sums.mean_loss()


def learnt(run: Trainer) -> list[int]:
    """The examples of each batch from here to the end of the next epoch."""
    sizes, seen, position, epochs = [], run.step, run.position, 0
    for event in run.run():
        if isinstance(event, StepDone):
            sizes.append(run.position - position)
            position = run.position
        elif isinstance(event, EpochDone):
            position, epochs = 0, epochs + 1
            if epochs == 2:
                break
    assert run.step - seen == len(sizes)
    return sizes


def test_a_layer_that_takes_two_examples_says_so() -> None:
    run = make(experiment(*NORMED, training={"batch_size": 100}))
    assert run.subject.analysis.fewest_examples == 2 and make(experiment()).subject.analysis.fewest_examples == 1
