"""What the monitors found, look after look: what is said, what is over, and what should be looked at again soon."""

from __future__ import annotations

from dataclasses import dataclass

from vitrine.core.monitors.base import Finding, Monitor
from vitrine.core.training.events import Diagnosis, Dropped, Recovered

SOON = 5  # steps after which what is only suspected is looked at again
REST = 200  # steps for which a suspicion that came to nothing is not followed up; twice as long each time


@dataclass
class _Condition:
    """One diagnosis of one layer. Steps: since when it is seen or not seen, and until when it is not followed up."""

    seen: int | None = None  # and sure
    suspected: int | None = None
    absent: int | None = None
    told: int = 0
    stands: bool = False
    rest_until: int = 0
    fruitless: int = 0


class Standing:
    """Follows every finding of every layer; `news` holds the events that came of it.

    `again` is the step at which a condition that is not said yet wants another look, or None.
    """

    def __init__(self) -> None:
        self.news: list[Diagnosis | Recovered | Dropped] = []
        self.again: int | None = None
        self._conditions: dict[str, dict[str | None, _Condition]] = {}

    def follow(self, monitor: Monitor, found: list[Finding], step: int) -> None:
        """Take what a monitor found at this look."""
        kind = type(monitor).__name__
        known = self._conditions.get(kind)
        if known is None:
            if not found:
                return
            known = self._conditions[kind] = {}
        here = {finding.node: finding for finding in found}
        for node, condition in known.items():
            if node not in here:
                self._missing(monitor, condition, node, step)
        for finding in found:
            condition = known.setdefault(finding.node, _Condition())
            self._present(monitor, condition, finding, step)

    def _missing(self, monitor: Monitor, condition: _Condition, node: str | None, step: int) -> None:
        if condition.suspected is not None and not condition.stands:
            condition.rest_until = step + REST * 2**condition.fruitless
            condition.fruitless = min(condition.fruitless + 1, 8)
        condition.seen = condition.suspected = None
        if not condition.stands:
            return
        if condition.absent is None:
            condition.absent = step
        # what comes and goes is believed to be over later each time, so that it is not said over and over
        if step - condition.absent >= monitor.gone * 2 ** (condition.told - 1):
            condition.stands = False
            self.news.append(Recovered(type(monitor).__name__, node, step))

    def _present(self, monitor: Monitor, condition: _Condition, finding: Finding, step: int) -> None:
        condition.absent = None
        if condition.suspected is None:
            condition.suspected = step
        if finding.sure and condition.seen is None:
            condition.seen = step
        if condition.stands or self._explained(monitor):
            return
        lasts = monitor.lasts if finding.lasts is None else finding.lasts
        if condition.seen is not None and finding.sure and step - condition.seen >= lasts:
            condition.stands, condition.told, condition.fruitless = True, condition.told + 1, 0
            self.news.append(_diagnosis(type(monitor).__name__, finding, step))
        elif step >= condition.rest_until:
            left = SOON if condition.seen is None else condition.seen + lasts - step
            wanted = step + max(SOON, min(left, lasts // 2))
            self.again = wanted if self.again is None else min(self.again, wanted)

    def _explained(self, monitor: Monitor) -> bool:
        return any(condition.stands for kind in monitor.explained_by for condition in self._conditions.get(kind, {}).values())

    def take_news(self) -> list[Diagnosis | Recovered | Dropped]:
        """The news, which are none then."""
        news, self.news = self.news, []
        return news


def _diagnosis(kind: str, finding: Finding, step: int) -> Diagnosis:
    return Diagnosis(
        kind, f"{finding.message}, at step {step:,}.", finding.remedy, finding.node, step, key=finding.key, values=finding.values
    )
