"""A race in which a contributed optimizer takes part."""

from __future__ import annotations

import numpy as np

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
