"""Whole runs of 200 steps beside PyTorch: every optimizer under every schedule, with clipping by value, by norm and both, and every penalty.

The schedules' own numbers are compared with PyTorch's in test_schedules.py; here its optimizer gets the rates that our run has used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import show
from tests.parity.references import NO_EQUIVALENT, OPTIMIZERS, Reference
from tests.parity.test_parity import counterpart, ref, same  # noqa: F401  (a fixture)
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.losses.mean_squared_error import MeanSquaredError
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.rng import Generators
from vitrine.core.schedules.base import Schedule
from vitrine.core.training.events import StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Clipping, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, Info
from vitrine.datasets.preprocessing.none import NoPreprocessing
from vitrine.datasets.xor import Xor

EPOCHS, BATCH, EXAMPLES = 40, 9, 45  # 5 steps an epoch
STEPS = EPOCHS * EXAMPLES // BATCH
TOLERANCE = 1e-3  # relative to the largest value of the array
CLIPPINGS = (Clipping(), Clipping(value=0.02), Clipping(norm=0.1), Clipping(value=0.05, norm=0.08))
PENALTIES = tuple(cls() for cls in Regularizer.registry)

# torch's gradient of each penalty is that of this sum, by autograd
PENALTY: dict[str, Any] = {
    "NoPenalty": lambda r, w: 0.0,
    "L1": lambda r, w: r.strength * w.abs().sum(),
    "L2": lambda r, w: r.strength / 2 * (w * w).sum(),
    "L1L2": lambda r, w: r.l1 * w.abs().sum() + r.l2 / 2 * (w * w).sum(),
}

CONSTANT = Schedule.from_json("Constant")


def changed(optimizer: Optimizer) -> Optimizer:
    """Every setting but the rate away from its default: a large epsilon shows where it goes."""
    numbers = {f.name: f.default for f in optimizer.fields() if f.kind == "float" and f.name != "learning_rate"}
    return optimizer.replace(**{name: 0.01 if name == "epsilon" else 0.8 * value for name, value in numbers.items()})


def cases() -> list[Any]:
    """Every optimizer with every clipping, penalty and schedule, though not with every combination of the three."""
    found: dict[str, Any] = {}
    for cls in Optimizer.registry:
        if cls.full_batch or cls.__name__ in NO_EQUIVALENT:
            continue
        some = [(cls(), clip, PENALTIES[i % len(PENALTIES)], CONSTANT) for i, clip in enumerate(CLIPPINGS)]
        some += [(changed(cls()), clip, PENALTIES[-i % len(PENALTIES)], CONSTANT) for i, clip in enumerate(CLIPPINGS)]
        some += [(cls(), CLIPPINGS[i % 4], PENALTIES[i // 2 % len(PENALTIES)], sched()) for i, sched in enumerate(Schedule.registry)]
        for case in some:
            optimizer, clipping, penalty, schedule = case
            name = f"{show(optimizer)}-{show(clipping)}-{type(penalty).__name__}-{type(schedule).__name__}"
            found[name] = pytest.param(*case, id=name)
    return list(found.values())


def dataset() -> Dataset:
    rng = np.random.default_rng(5)
    x = rng.standard_normal((EXAMPLES + 10, 5)).astype(np.float32)
    y = np.tanh(x @ rng.standard_normal((5, 3))).astype(np.float32)
    parts = {"train": (x[:EXAMPLES], y[:EXAMPLES]), "validation": (x[EXAMPLES:], y[EXAMPLES:]), "test": (x[:0], y[:0])}
    return Dataset(Info("made up", "table", (5,), "regression", target_shape=(3,)), parts, {})


def run_of(optimizer: Optimizer, clipping: Clipping, penalty: Regularizer, schedule: Schedule) -> Trainer:
    graph = GraphSpec.chain(Input(), Dense(units=7, activation="Tanh"), Dense(units=3))  # arrays of odd lengths
    experiment = Experiment(
        dataset=Xor(), preprocessing=NoPreprocessing(), graph=graph, loss=MeanSquaredError(), optimizer=optimizer,
        training=Training(batch_size=BATCH, epochs=EPOCHS, seed=1, diagnose=False), clipping=clipping, regularizer=penalty, schedule=schedule,
    )  # fmt: skip
    return Trainer(experiment, dataset())


@pytest.mark.parametrize("optimizer, clipping, penalty, schedule", cases())
def test_a_run_of_200_steps(
    ref: Reference,  # noqa: F811
    optimizer: Optimizer,
    clipping: Clipping,
    penalty: Regularizer,
    schedule: Schedule,
) -> None:
    trainer = run_of(optimizer, clipping, penalty, schedule)
    torch, shuffle = ref.torch, Generators(1)["shuffle"]
    views = trainer.network.views
    # all their weights are one vector (without our padding), as every optimizer here treats each number by itself: a quarter of the calls
    vector = torch.tensor(np.concatenate([view.ravel() for view in views.values()]), requires_grad=True)
    theirs = counterpart(OPTIMIZERS, type(optimizer).__name__)(ref, optimizer, [vector])
    sizes = [view.size for view in views.values()]
    addend = counterpart(PENALTY, type(penalty).__name__)
    x, t = (torch.tensor(part) for part in trainer.data.split("train"))
    losses, rows = [], np.empty(0, np.int64)

    def arrays() -> dict[str, Any]:
        return {name: part.view(views[name].shape) for name, part in zip(views, vector.split(sizes), strict=True)}

    for event in trainer.run():
        if not isinstance(event, StepDone):
            continue
        if not len(rows):
            rows = shuffle.permutation(EXAMPLES)
        batch, rows = torch.from_numpy(rows[:BATCH]), rows[BATCH:]
        theirs.param_groups[0]["lr"] = trainer.history.steps.column("learning_rate")[-1]
        w = arrays()
        hidden = (x[batch] @ w["dense_1/W"] + w["dense_1/b"]).tanh()
        loss = ref.F.mse_loss(hidden @ w["dense_2/W"] + w["dense_2/b"], t[batch])
        total = loss + sum(addend(penalty, w[name]) for name in ("dense_1/W", "dense_2/W"))
        (vector.grad,) = torch.autograd.grad(total, vector)
        if clipping.value is not None:
            torch.nn.utils.clip_grad_value_(vector, clipping.value)
        if clipping.norm is not None:
            torch.nn.utils.clip_grad_norm_(vector, clipping.norm)
        theirs.step()
        losses.append(loss.item())
    assert trainer.step == len(losses) == STEPS
    np.testing.assert_allclose(trainer.history.steps.column("loss"), losses, rtol=TOLERANCE, atol=1e-5)
    for name, array in arrays().items():
        same(views[name], array, name, TOLERANCE)
