"""Optimizers raced on a surface: each runs alone from the same start, with the very steps that training takes."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from vitrine.core.errors import GUEST, VitrineError, said
from vitrine.core.optimizers.base import Optimizer, OptimizerState
from vitrine.core.surfaces.base import Point, Surface

log = logging.getLogger(__name__)

FAR = 1e6  # an entrant further out than this has diverged


class Broken(VitrineError):
    """A surface's own code raised."""


@dataclass(frozen=True, eq=False)
class Trail:
    """Where an optimizer went: points (n + 1, 2) and f there (n + 1,), float64, read-only; the start is the first.

    `ended` says why it stopped before the last step; empty where it did not.
    """

    optimizer: Optimizer
    points: np.ndarray
    values: np.ndarray
    ended: str = ""

    @property
    def steps(self) -> int:
        """Steps taken."""
        return len(self.values) - 1

    def at(self, step: int) -> tuple[float, float, float]:
        """x, y and f after so many steps; the last known ones from the trail's end on."""
        place = max(0, min(step, self.steps))
        return float(self.points[place, 0]), float(self.points[place, 1]), float(self.values[place])


def race(
    surface: Surface,
    optimizers: Iterable[Optimizer],
    steps: int = 0,
    start: Point | None = None,
    between: Callable[[], object] = lambda: None,
) -> tuple[Trail, ...]:
    """One trail for each optimizer: `steps` updates in float64 (0: as many as the surface declares) from `start` or the surface's own.

    An entrant that diverges, or whose own code or the surface's breaks, ends its trail at its last point and says so; that never raises.
    `between` is called before each step; what it raises ends the race. Raises VitrineError for a negative count of steps or a start that is no point where the surface has a value.
    """
    if steps < 0:
        raise VitrineError(f"the race has {steps} steps: choose 1 or more, or 0 for the surface's own {surface.steps}")
    x, y = surface.start if start is None else start
    try:
        height = _measure(surface, float(x), float(y))[0]
    except Broken as error:
        return tuple(
            _trail(optimizer, np.array([[x, y]], float), np.array([math.inf]), f"can't start: {error}") for optimizer in optimizers
        )
    if not (max(abs(x), abs(y)) <= FAR and math.isfinite(height)):  # NaN fails too
        raise VitrineError(f"{surface.title} has no value at the start ({x:g}, {y:g}): choose a point within its picture")
    return tuple(_run(surface, optimizer, steps or surface.steps, (float(x), float(y)), between) for optimizer in optimizers)


def _run(surface: Surface, optimizer: Optimizer, steps: int, start: Point, between: Callable[[], object]) -> Trail:
    points, values = np.empty((steps + 1, 2)), np.empty(steps + 1)
    state = OptimizerState(optimizer, 2, np.float64)
    w, g = np.array(start), np.empty(2)
    value, slope = _measure(surface, *start)
    points[0], values[0] = w, value
    with np.errstate(all="ignore"):  # what overflows is said by the trail
        for step in range(1, steps + 1):
            between()
            try:
                if optimizer.full_batch:
                    state.minimize(w, lambda at: _evaluate(surface, at), optimizer.learning_rate)
                else:
                    g[...] = slope
                    state.apply(w, g, optimizer.learning_rate)
                x, y = w.tolist()
                value, slope = _measure(surface, x, y)
            except Broken as error:
                return _trail(optimizer, points[:step], values[:step], f"ended at step {step:,}: {error}")
            except GUEST as error:  # contributed code is a guest
                log.exception("%s broke in a race", optimizer.title)
                return _trail(optimizer, points[:step], values[:step], f"broke at step {step:,} by its own code ({said(error)})")
            if not (max(abs(x), abs(y)) <= FAR and math.isfinite(value) and all(map(math.isfinite, slope))):
                return _trail(optimizer, points[:step], values[:step], f"diverged at step {step:,}: its rate is too high here")
            points[step], values[step] = w, value
    return _trail(optimizer, points, values, "")


def _measure(surface: Surface, x: float, y: float) -> tuple[float, Point]:
    """f and its gradient; infinite where floats end. Raises Broken where the surface's own code does."""
    try:
        return surface.value(x, y), surface.gradient(x, y)
    except (OverflowError, ZeroDivisionError):
        return math.inf, (math.inf, math.inf)
    except GUEST as error:  # contributed code is a guest
        log.exception("%s broke in a race", surface.title)
        raise Broken(f"the code of {surface.title} breaks at ({x:g}, {y:g}): {said(error)}") from error


def _evaluate(surface: Surface, w: np.ndarray) -> tuple[float, np.ndarray]:
    value, slope = _measure(surface, *w.tolist())
    return value, np.array(slope, float)


def _trail(optimizer: Optimizer, points: np.ndarray, values: np.ndarray, ended: str) -> Trail:
    points, values = points.copy(), values.copy()
    points.setflags(write=False)
    values.setflags(write=False)
    return Trail(optimizer, points, values, ended)
