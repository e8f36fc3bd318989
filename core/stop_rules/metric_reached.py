"""A metric that is good enough."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.data import DataInfo
from vitrine.core.metrics.base import Metric
from vitrine.core.spec import hp
from vitrine.core.stop_rules.base import Plan, Progress, StopRule, latest, needs_validation
from vitrine.core.tasks.base import Task


class MetricReached(StopRule):
    """Ends after the first epoch whose validation metric is at least `target` (at most, for errors)."""

    title: ClassVar[str] = "target metric"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Ends as soon as accuracy, F1 or another metric on the validation part is good enough."

    metric: Metric = hp(default="Accuracy", help="What is measured on the validation part", registry="metric")
    target: float = hp(default=0.95, help="Value to reach: accuracy and the like run from 0 to 1", minimum=-1e12, maximum=1e12, step=0.01)

    def reason(self, progress: Progress) -> str | None:
        value = latest(progress, f"validation_{self.metric.column}")
        reached = value >= self.target if self.metric.higher_is_better else value <= self.target
        return f"validation {self.metric.title}{self.metric.variant}: {value:.4g} reached {self.target:g}" if reached else None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric,)

    def misfit(self, experiment: Plan, info: DataInfo | None) -> tuple[str, str] | None:
        if info is not None and not info.task.fits(self.metric.takes):
            fitting = [kind.title for kind in Task.registry if kind.targets in self.metric.takes]
            return "metric", f"{self.metric.title} is for {' and '.join(fitting)}; the data is a {info.task.title}"
        why = needs_validation(experiment, "metric")
        return ("metric", why) if why else None
