"""Optimizers raced on surfaces of two variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from benchmarks.results.row import Detail, Figure, Row
from benchmarks.results.rows.choices import Optimizers
from benchmarks.results.runs import Runs
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.surfaces.base import Surface
from vitrine.core.surfaces.race import race


class Races(Row):
    lecture: ClassVar[str] = "L13"
    title: ClassVar[str] = "races on surfaces"
    rank: ClassVar[float] = 13.1

    SURFACES: ClassVar[tuple[str, ...]] = ("LongValley", "Beale", "Saddle")

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        kinds = [kind for kind in Optimizer.registry if kind.__name__ in Optimizers.LECTURE]
        surfaces = [Surface.registry.get(name)() for name in self.SURFACES]
        heights = []
        for surface in surfaces:
            trails = race(surface, [surface.entrant(kind) for kind in kinds])
            found = {kind.__name__: float(trail.values[-1]) - surface.lowest for kind, trail in zip(kinds, trails, strict=True)}
            heights.append(found)
            place = 1 + sum(height < found["SGD"] for height in found.values())
            ours = f"place {place} of {len(kinds)} after {surface.steps} steps"
            yield Figure(
                f"{surface.title}: plain SGD", "slow or stuck", ours, "the table below", "in the last third", place > 2 * len(kinds) / 3
            )
        yield Detail(
            "height above the lowest point at the end of a race",
            ("optimizer", *(f"{surface.title}, {surface.steps} steps" for surface in surfaces)),
            [(kind.title, *(f"{found[kind.__name__]:.1e}" for found in heights)) for kind in kinds],
            "All from the surface's own start, at the rates that it declares for each: some near what the surface bears, so that each shows what it is.",
        )
