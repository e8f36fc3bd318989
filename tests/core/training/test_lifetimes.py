"""A run that nobody wants any more takes its arrays along at once."""

from __future__ import annotations

import pytest
from lifetimes import without_collector
from trainers import started

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.network.network import Network
from vitrine.core.training.run import Run
from vitrine.core.training.trained import capture_trained, take_up
from vitrine.core.training.trainer import Trainer


@pytest.mark.parametrize("example", ["digits_cnn", "digits_lstm", "digits_resnet", "overfitting_dropout", "xor"])
def test_a_trainer_leaves_nothing_behind(example: str) -> None:
    started(example)  # what is kept for good is kept by now
    with without_collector() as left:
        trainer = started(example)
        trainer.evaluate("validation")
        other = Trainer(trainer.experiment, trainer.data)
        known = capture_trained(trainer)
        assert known is not None
        take_up(other, known)
        del trainer, other, known
    assert [thing for thing in left if isinstance(thing, (Run, Network, Workspace))] == []
