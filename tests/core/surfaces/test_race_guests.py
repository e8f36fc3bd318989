"""Races of contributed optimizers, and on contributed surfaces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitrine.core.optimizers.sgd import SGD
from vitrine.core.surfaces.base import Surface
from vitrine.core.surfaces.race import race


class Tired(SGD, abstract=True):
    """An optimizer whose own code breaks at its fourth step."""

    def scalars(self, step: int, learning_rate: float) -> dict[str, float]:
        if step > 3:
            raise LookupError("no more")
        return super().scalars(step, learning_rate)


def test_an_entrant_whose_code_breaks_ends_its_own_trail_alone() -> None:
    """It took the whole panel of the race out of the window."""
    surface = next(kind() for kind in Surface.registry)
    broken, sound = race(surface, [Tired(learning_rate=1e-4), SGD(learning_rate=1e-4)], 10)
    assert broken.steps == 3 and broken.ended == "broke at step 4 by its own code (LookupError: no more)"
    assert sound.steps == 10 and not sound.ended
    assert np.array_equal(broken.points, sound.points[:4])


class Holed(Surface, abstract=True):
    """A bowl whose own code breaks on its left side."""

    def value(self, x: Any, y: Any) -> Any:
        if x < 0:
            raise LookupError("a hole")
        return x * x + x + y * y

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        return 2 * x + 1, 2 * y


@pytest.mark.parametrize("start", [None, (-0.5, 0.0)], ids=["on_its_way", "at_its_start"])
def test_a_surface_whose_code_breaks_ends_the_trails_that_come_there(start: tuple[float, float] | None) -> None:
    (trail,) = race(Holed(), [SGD(learning_rate=0.2)], 10, start)
    assert trail.steps == (0 if start else 1)
    words = "can't start" if start else "ended at step 2"
    assert trail.ended.startswith(f"{words}: the code of Holed breaks at (-") and trail.ended.endswith("): LookupError: a hole")
