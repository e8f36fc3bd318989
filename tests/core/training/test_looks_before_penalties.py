"""What is told of gradients is the loss's own: a penalty's would pass for a gradient that reaches the layer."""

from __future__ import annotations

import numpy as np
import pytest
from small_runs import layer, make

from vitrine.core.probes.gradients import Gradients, GradientsAnswer
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.trainer import Trainer

DEEP = [layer("Dense", units=20, activation="Sigmoid") for _ in range(6)]
PENALTIES = [("L2", 0.01), ("L1", 0.0005)]


def run(name: str = "NoPenalty", strength: float = 0.0) -> Trainer:
    penalty = Regularizer.registry.get(name)(**({"strength": strength} if strength else {}))
    return make(*DEEP, batch_size=32, epochs=3, diagnose=True, parts={"regularizer": penalty})


def seen_at_the_first_step(trainer: Trainer) -> GradientsAnswer:
    trainer.watch.ask("none")
    next(event for event in trainer.run() if trainer.step == 1)
    found = Gradients()(trainer.view)
    assert found is not None and found.step == 1
    return found


@pytest.mark.parametrize("name, strength", PENALTIES)
def test_a_penalty_is_no_gradient_of_a_layer(name: str, strength: float) -> None:
    plain, found = seen_at_the_first_step(run()), seen_at_the_first_step(run(name, strength))
    np.testing.assert_array_equal(found.gradient, plain.gradient)
    assert found.kind == plain.kind == "vanishing"
    assert not np.array_equal(found.update, plain.update), "the step itself has the penalty"


@pytest.mark.parametrize("name, strength", PENALTIES)
def test_gradients_that_vanish_are_told_beside_a_penalty(name: str, strength: float) -> None:
    kinds = [event.kind for event in run(name, strength).run() if isinstance(event, Diagnosis)]
    assert kinds[:1] == ["VanishingGradients"]
