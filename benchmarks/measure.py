"""Interleaved timing: A B A B, so that whatever else the machine does falls on both; medians and spread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Speed:
    """Steps a second: the median over rounds, and half the range of the middle half of them as a share of it."""

    median: float
    spread: float

    def __str__(self) -> str:
        return f"{self.median:,.0f} ± {self.spread:.0%}"


@dataclass(frozen=True)
class Side:
    """One contender: `prepare` sets its threads, `step` does one step."""

    name: str
    prepare: Callable[[], None]
    step: Callable[[], object]


def compare(sides: list[Side], rounds: int, seconds: float) -> dict[str, Speed]:
    """Steps a second of each side: `rounds` rounds, in each every side runs for about that long."""
    counts = {side.name: _calibrated(side, seconds) for side in sides}
    found: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            found[side.name].append(_rate(side, counts[side.name]))
    return {name: Speed(float(np.median(rates)), _spread(rates)) for name, rates in found.items()}


def _calibrated(side: Side, seconds: float) -> int:
    """How many steps take about that long."""
    count = 1
    while True:
        rate = _rate(side, count)
        if count / rate > 0.3 * seconds or count > 1_000_000:
            return max(1, int(rate * seconds))
        count *= 4


def _rate(side: Side, count: int) -> float:
    side.prepare()
    for _ in range(max(1, count // 10)):  # threads wake, caches fill
        side.step()
    started = time.perf_counter()
    for _ in range(count):
        side.step()
    return count / (time.perf_counter() - started)


def _spread(rates: list[float]) -> float:
    low, middle, high = np.percentile(rates, (25, 50, 75))
    return float((high - low) / 2 / middle)
