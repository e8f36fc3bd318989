"""ReLU units that give zero for every example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.monitors.base import Finding, Memory, Monitor, Words, named, percent, stops_negative
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


SEVERAL = 5  # units that are not all silent by chance


class _Quiet(NamedTuple):
    """Which units were active since too few were, and in how many batches and examples."""

    active: np.ndarray
    batches: int
    examples: int


class DeadUnits(Monitor):
    """Share of a layer's ReLU units with y = 0 for every example of the last `batches` looked at > `share`.

    Visible: from the step since which that share of units gives 0 for all that the training part holds. Such a unit gets no gradient
    and comes back only if the layers before it move it. A network that learns may lose half of them; of fewer than `few` examples chance
    alone leaves as many units out, so that there only a layer with no unit left is told; one of several units that is silent as a whole
    in a network that gains nothing, after so many examples. Maas, Hannun and Ng, 2013; Lu et al., 2019.
    """

    title: ClassVar[str] = "Dead ReLU units"
    rank: ClassVar[int] = 15
    glances: ClassVar[bool] = True
    texts: ClassVar[Mapping[str, Words]] = {
        "dead": Words(
            "Dead {title} units: {percent} of {node} ({which}) gave 0 for every example of the recent batches",
            "Reset with a learning rate below {rate:g}, or use leaky ReLU, He initialization and a bias of 0 or a little more.",
        )
    }

    lasts: int = hp(default=0, help="Steps for which it must be seen before it is said", minimum=0, maximum=100_000, advanced=True)
    share: float = hp(default=0.25, help="Share of dead units in a layer that is too much", minimum=0.0, maximum=1.0, exclusive=True)
    batches: int = hp(default=5, help="Batches at the least in which a dead unit was never active", minimum=1, maximum=1000)
    examples: int = hp(default=100, help="Examples at the least, unless there are fewer", minimum=1)

    few: int = hp(default=20, help="Examples up to which many units are silent by chance", minimum=1, advanced=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        watched: dict[str, Activation] | None = memory.get("layers")
        if watched is None:
            watched = memory["layers"] = {node: a for node, a in look.activations.items() if stops_negative(a)}
        if not watched:
            return []
        if look.layers:
            memory["unborn"] = [layer.node for layer in look.layers if not layer.weights]  # all weights zero: not dead, never begun
        unborn = memory.get("unborn", ())
        found = []
        for node, activation in watched.items():
            if node in unborn:
                continue
            values = look.output(node)
            active = np.logical_or.reduce(values > 0, axis=tuple(range(values.ndim - 1)))
            quiet = self._quiet(memory, node, active, len(values))
            if quiet is None or np.count_nonzero(quiet.active) >= max(1, (1 - self._most(look)) * active.size):
                continue
            names = [str(i + 1) for i in np.flatnonzero(~quiet.active).tolist()]
            which = "all of them" if len(names) == len(active) else f"units {named(names)}" if len(names) > 1 else f"unit {names[0]}"
            sure, rate = self._enough(look, quiet, values), look.trainer.learning_rate
            share = percent(len(names) / len(active))
            found.append(self.finding("dead", node, sure=sure, title=activation.title, percent=share, node=node, which=which, rate=rate))
        return found

    def _most(self, look: Look) -> float:
        """The share that is borne: half where the network gains, or may; all but one of few examples."""
        if len(look.trainer.x) < self.few:
            return 1.0
        return max(self.share, 0.5) if _gains(look) else self.share

    def _quiet(self, memory: Memory, node: str, active: np.ndarray, examples: int) -> _Quiet | None:
        """What was never active since too many units seem dead; None where they are not too many."""
        fewest = (1 - self.share) * active.size
        before: _Quiet | None = memory.get(node)
        quiet = _Quiet(active, 1, examples)
        if before is not None:
            ever = before.active | active
            if np.count_nonzero(ever) < fewest:
                quiet = _Quiet(ever, before.batches + 1, before.examples + examples)
        found = memory[node] = quiet if np.count_nonzero(quiet.active) < fewest else None
        return found

    def _enough(self, look: Look, quiet: _Quiet, values: np.ndarray) -> bool:
        all_of_them = len(look.trainer.x)
        if len(values) >= all_of_them:
            return quiet.batches >= 2
        places = max(1, values[0].size // values.shape[-1])  # a filter is tried at each of them
        wanted = self.examples / min(places, 5)
        if quiet.active.size >= SEVERAL and not quiet.active.any() and not _gains(look):
            wanted = min(wanted, self.few)  # several units are silent at once: with batches of one the rest would take for ever
        return quiet.batches >= self.batches and quiet.examples >= min(all_of_them, wanted)


def _gains(look: Look) -> bool:
    """Whether the network learns, or may."""
    trend = look.trend
    return trend is None or trend.learning or trend.recent < 0.98 * trend.before
