"""Runs on the digits, from one plan, and on from an edited one."""

from __future__ import annotations

from typing import Any

from small_runs import digits

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.continuing import continue_from
from vitrine.core.training.events import EpochDone, Finished, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.scale01 import Scale01

HIDDEN = ({"type": "Dense", "units": 16, "activation": "ReLU"},)


def experiment(*hidden: dict[str, Any], loss: str = "MeanSquaredError", rate: float = 0.05, **parts: Any) -> Experiment:
    chain = [{"type": "Input"}, {"type": "Flatten"}, *(hidden or HIDDEN), {"type": "Dense", "units": 10}]
    training = {"batch_size": 50, "epochs": 12, "diagnose": False} | parts.pop("training", {})
    return Experiment(
        dataset=Digits(), preprocessing=Scale01(), graph=GraphSpec.chain(*map(Layer.from_json, chain)), loss=Loss.from_json(loss),
        optimizer=Optimizer.from_json({"type": "Adam", "learning_rate": rate}), training=Training(**training), **parts,
    )  # fmt: skip


def make(plan: Experiment) -> Trainer:
    return Trainer(plan, digits())


def after_epochs(run: Trainer, epochs: int) -> Trainer:
    for event in run.run():
        if isinstance(event, EpochDone) and event.epoch == epochs:
            break
    return run


def after_steps(run: Trainer, steps: int) -> Trainer:
    for event in run.run():
        if isinstance(event, StepDone) and event.step == steps:
            break
    return run


def go_on(run: Trainer, plan: Experiment) -> Trainer:
    """The run after an edit."""
    after = make(plan)
    continue_from(after, run)
    return after


def finish(run: Trainer) -> Finished:
    last = list(run.run())[-1]
    assert isinstance(last, Finished)
    return last
