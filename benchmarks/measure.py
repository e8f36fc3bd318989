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
    """Steps a second of each side: `rounds` rounds, in each every side runs for that long."""
    for side in sides:
        _rate(side, 0.5 * seconds)
    found: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            found[side.name].append(_rate(side, seconds))
    return {name: Speed(float(np.median(rates)), _spread(rates)) for name, rates in found.items()}


def _rate(side: Side, seconds: float) -> float:
    """Steps a second over about that long, after a tenth of it in which threads wake and caches fill."""
    side.prepare()
    _run(side.step, 0.1 * seconds)
    return _run(side.step, seconds)


def _run(step: Callable[[], object], seconds: float) -> float:
    clock = time.perf_counter
    count, started = 0, clock()
    until = started + seconds
    while True:
        step()
        count += 1
        now = clock()
        if now >= until:
            return count / (now - started)


def _spread(rates: list[float]) -> float:
    low, middle, high = np.percentile(rates, (25, 50, 75))
    return float((high - low) / 2 / middle)
