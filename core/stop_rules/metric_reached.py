"""A metric that is good enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.metrics.base import Metric
from core.spec import hp
from core.stop_rules.base import Progress, StopRule, needs_validation

if TYPE_CHECKING:
    from core.data import DataInfo
    from core.experiment import Experiment


class MetricReached(StopRule):
    """Ends after the first epoch whose validation metric is at least `target` (at most, for errors)."""

    title: ClassVar[str] = "target metric"
    rank: ClassVar[int] = 21
    summary: ClassVar[str] = "Ends as soon as accuracy, F1 or another metric on the validation part is good enough."

    metric: Metric = hp("Accuracy", "What is measured on the validation part", registry="metric")
    target: float = hp(0.95, "Value to reach: accuracy and the like run from 0 to 1", minimum=-1e12, maximum=1e12, step=0.01)

    def reason(self, progress: Progress) -> str | None:
        values = progress.history.epochs.column(f"validation_{self.metric.key}")
        if not len(values):
            return None
        value = float(values[-1])
        reached = value >= self.target if self.metric.higher_is_better else value <= self.target
        return f"validation {self.metric.title} {value:.4g} reached {self.target:g}" if reached else None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric,)

    def misfit(self, experiment: Experiment, info: DataInfo | None) -> tuple[str, str] | None:
        if info is not None and self.metric.task != info.task:
            return "metric", f"{self.metric.title} is for {self.metric.task}; the data is a {info.task}"
        why = needs_validation(experiment, "metric")
        return ("metric", why) if why else None
