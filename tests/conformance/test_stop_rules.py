"""Every stop rule: quiet before a run has begun, ends a long one or says why it can't, names fields that exist."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conformance.cases import examples, show
from vitrine.core.metrics.base import Metric
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.training.history import RunHistory

CASES: list[Any] = examples(StopRule.registry)
each_rule = pytest.mark.parametrize("rule", CASES, ids=show)


@dataclass
class Run:
    """A run as rules see it."""

    step: int = 0
    epoch: int = 0
    seconds: float = 0.0
    history: RunHistory = field(default_factory=RunHistory)

    def advance(self, epochs: int, loss: float, **values: float) -> Run:
        for _ in range(epochs):
            self.epoch, self.step, self.seconds = self.epoch + 1, self.step + 100, self.seconds + 1.0
            self.history.add_epoch({"train_loss": loss, "validation_loss": loss, **values})
        return self


@each_rule
def test_quiet_at_the_start(rule: StopRule) -> None:
    assert rule.reason(Run()) is None
    assert rule.reason(Run().advance(1, 0.5, validation_accuracy=0.5)) is None


@each_rule
def test_ends_a_run_that_has_all(rule: StopRule) -> None:
    """A thousand epochs, a tiny loss that no longer moves, full accuracy."""
    reason = rule.reason(Run().advance(1000, 1e-6, validation_accuracy=1.0))
    assert (reason is None) == (type(rule).__name__ == "NoRule")
    assert reason is None or len(reason) > 5


@each_rule
def test_says_what_it_needs(rule: StopRule) -> None:
    assert all(isinstance(m, Metric) for m in rule.metrics)
    assert isinstance(rule.asks_each_step, bool) and isinstance(rule.restores_best, bool)
