"""Chance: the random generators, and the order of the present epoch."""

from __future__ import annotations

import copy
from typing import Any

from vitrine.core.rng import Generators
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.parts.base import Part, Renamed


class Streams(Part):
    """The random generators."""

    def begin(self, run: Any) -> Generators:
        return Generators(run.experiment.seed)

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        checkpoint.meta["generators"] = copy.deepcopy(run.generators.state())

    def read(self, run: Any, checkpoint: Checkpoint) -> dict[str, Any]:
        scratch = Generators(0)
        scratch.restore(checkpoint.meta["generators"])
        return scratch.state()

    def restore(self, run: Any, value: dict[str, Any]) -> None:
        run.generators.restore(value)

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        run.generators.restore(before.generators.state())


class Order(Part):
    """The shuffling generator as it was when the present epoch began, None between two epochs: the epoch's order follows."""

    def begin(self, run: Any) -> None:
        return None

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        checkpoint.meta["epoch_state"] = copy.deepcopy(run.order)

    def read(self, run: Any, checkpoint: Checkpoint) -> Any:
        stored = checkpoint.meta.get("epoch_state")
        if stored is None:
            return None
        scratch = Generators(0)["shuffle"].bit_generator
        scratch.state = stored
        return scratch.state

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        run.order = copy.deepcopy(before.order)
