"""Two rules at once."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.data import DataInfo
from vitrine.core.metrics.base import Metric
from vitrine.core.spec import hp
from vitrine.core.stop_rules.base import Plan, Progress, StopRule


class FirstOf(StopRule):
    """Ends when the first of two rules says so; a rule may again be the first of two."""

    title: ClassVar[str] = "first of two"
    rank: ClassVar[int] = 90
    summary: ClassVar[str] = "Two rules at once: whichever comes first ends the run."

    first: StopRule = hp(default="Patience", help="One rule", registry="stop_rule")
    second: StopRule = hp(default="MaxTime", help="The other", registry="stop_rule")

    def reason(self, progress: Progress) -> str | None:
        return self.first.reason(progress) or self.second.reason(progress)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (*self.first.metrics, *self.second.metrics)

    @property
    def asks_each_step(self) -> bool:
        return self.first.asks_each_step or self.second.asks_each_step

    @property
    def restores_best(self) -> bool:
        return self.first.restores_best or self.second.restores_best

    def misfit(self, experiment: Plan, info: DataInfo | None) -> tuple[str, str] | None:
        return self.first.misfit(experiment, info) or self.second.misfit(experiment, info)
