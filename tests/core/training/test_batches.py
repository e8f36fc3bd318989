"""Batches that can't be, and the option that drops them."""

from __future__ import annotations

import numpy as np
import pytest
from small_runs import digest, digits, experiment, layer, make, until

from vitrine.core.errors import TrainingError
from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.events import EpochDone
from vitrine.core.training.trainer import Trainer

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


@pytest.mark.parametrize("kind", Layer.registry, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("sources", [0, 3])
def test_a_layer_with_the_wrong_number_of_inputs_is_not_asked_for_its_batches(
    kind: type[Layer], sources: int, caplog: pytest.LogCaptureFixture
) -> None:
    """BatchNorm dropped loose onto the canvas was told of as code that breaks."""
    plain = experiment(*NORMED, batch_size=16)
    graph, added = plain.graph.add(kind(), (0.0, 0.0))
    for source in [node.id for node in plain.graph.nodes][:sources] if kind().inputs[1] != 0 else ():
        graph = graph.connect(source, added)
    problems = plain.replace(graph=graph).analyze(digits().info, 1258).problems
    assert not caplog.records and not [p for p in problems if "own code" in str(p)]
