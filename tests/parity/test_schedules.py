"""Schedules and the L2 penalty beside PyTorch's."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from tests.conformance.test_schedules import LOSSES
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.regularizers.l2 import L2
from vitrine.core.schedules.base import Schedule

EPOCHS, STEPS = 20, 5
NO_EQUIVALENT = {"WarmUp": "PyTorch's LinearLR starts from a share of the rate, not from one step's"}


def settings(torch: ModuleType, name: str, optimizer: object) -> tuple[object, bool] | None:
    """PyTorch's scheduler of our defaults, and whether it steps once an epoch."""
    known = torch.optim.lr_scheduler
    makers = {
        "Constant": lambda: (known.ConstantLR(optimizer, factor=1.0), True),
        "StepDecay": lambda: (known.StepLR(optimizer, step_size=10, gamma=0.5), True),
        "Exponential": lambda: (known.ExponentialLR(optimizer, gamma=0.95), True),
        "InverseTime": lambda: (known.LambdaLR(optimizer, lambda step: 1 / (1 + 0.5 * step / STEPS)), False),
        "Cosine": lambda: (known.CosineAnnealingLR(optimizer, T_max=EPOCHS * STEPS), False),
        "OneCycle": lambda: (known.OneCycleLR(optimizer, max_lr=0.1, total_steps=EPOCHS * STEPS), False),
        "Plateau": lambda: (known.ReduceLROnPlateau(optimizer), True),
    }
    return makers[name]() if name in makers else None


@pytest.mark.parametrize("name", [name for name in Schedule.registry.names() if name not in NO_EQUIVALENT])
def test_schedule(torch: ModuleType, name: str) -> None:
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    found = settings(torch, name, optimizer)
    if found is None:
        pytest.skip(f"no counterpart of {name} is known here")
    scheduler, by_epoch = found
    schedule = Schedule.registry.get(name)()
    optimizer.step()
    for step in range(EPOCHS * STEPS):
        epoch = step // STEPS
        ours = schedule.rate(0.1, step, epoch, EPOCHS * STEPS, STEPS, LOSSES[:epoch])
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-6), f"step {step}"
        if by_epoch and (step + 1) % STEPS == 0:
            scheduler.step(*([LOSSES[epoch]] if name == "Plateau" else []))  # type: ignore[attr-defined]
        elif not by_epoch and step + 1 < EPOCHS * STEPS:
            scheduler.step()  # type: ignore[attr-defined]


def test_l2_is_weight_decay(torch: ModuleType) -> None:
    start = np.random.default_rng(0).normal(size=10).astype(np.float32)
    w, theirs = start.copy(), torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([theirs], lr=0.1, weight_decay=0.3)
    work, regularizer = Workspace(), L2(strength=0.3)
    for step in range(20):
        g = np.random.default_rng(step).normal(size=10).astype(np.float32)
        theirs.grad = torch.tensor(g)
        optimizer.step()
        ours = g.copy()
        regularizer.add_gradient(w, ours, work)
        SGD().update(w, ours, {}, 0.1, {}, work)
    np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-4, atol=1e-6)
