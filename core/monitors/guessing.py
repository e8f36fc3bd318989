"""A loss that stays where guessing would have it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look, Trend


FALL = 0.002  # share of the level by which the loss must come down from one window to the next to be on its way
SURE = 5  # steps for which it must be seen where nothing could change it
STAYS = "The loss stays at {loss:.3g}; the best guess that does not look at the inputs has {level:.3g}"


class Guessing(Monitor):
    """|L - L0| < `near` L0 over two windows of steps, L0 the loss of the best answer that ignores the input.

    L0 is the entropy of the classes for cross-entropy (ln K for K equal classes, 0.693 for two), the targets' variance for MSE.
    Visible: once it is so for `lasts` steps; where the weights move (in half of the layers, by more than the share `still` at any step
    looked at) for `moving` steps, unless the loss goes on down for certain, as many a network gets away from there by itself. Weights that
    are all zero and get no gradient never do: from the first step.
    """

    title: ClassVar[str] = "Guessing"
    rank: ClassVar[int] = 40
    explained_by: ClassVar[tuple[str, ...]] = (
        "ExplodingGradients", "VanishingGradients", "SaturatedUnits", "DeadUnits", "LearningRateHigh", "LearningRateLow",
    )  # fmt: skip

    texts: ClassVar[Mapping[str, Words]] = {
        "guessing": Words(
            STAYS,
            "Give it more time, a higher learning rate or other first weights; if it stays, check that inputs and labels belong "
            "together and are scaled, and try more units or a layer more.",
        ),
        "all_zero": Words(
            "All weights are zero and get no gradient, so that no output depends on the inputs: the loss stays at {level:.3g} or above",
            "No unit differs from another: choose Glorot or He as initializer, then reset.",
        ),
        "zero": Words(STAYS, "The weights of {node} are all zero and get no gradient: choose Glorot or He as its initializer, then reset."),
    }

    lasts: int = hp(default=150, help="Steps for which it must be seen before it is said", minimum=0, maximum=100_000, advanced=True)
    moving: int = hp(default=400, help="The same while the weights move", minimum=0, maximum=100_000, advanced=True)
    still: float = hp(
        default=1.5e-3, help="Update against weights that counts as moving", minimum=0.0, exclusive=True, scale="log", advanced=True
    )
    near: float = hp(default=0.015, help="How near to guessing counts as guessing", minimum=0.0, maximum=0.5, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        level, trend = look.guess, look.trend
        if not level:
            return []
        zeros = [layer.node for layer in look.layers if layer.weights == 0 == layer.gradient]
        if zeros and len(zeros) == len(look.layers):
            return [self.finding("all_zero", lasts=SURE, level=level)]
        if trend is None or max(abs(trend.recent - level), abs(trend.before - level)) > self.near * level:
            memory.clear()
            return []
        memory["moved"] = moved = max(memory.get("moved", 0.0), _movement(look))
        if zeros:
            return [self.finding("zero", lasts=SURE, loss=trend.recent, level=level, node=zeros[0])]
        moves = moved >= self.still
        sure = not (moves and _falls(look, trend, level))
        return [self.finding("guessing", sure=sure, lasts=self.moving if moves else self.lasts, loss=trend.recent, level=level)]


def _falls(look: Look, trend: Trend, level: float) -> bool:
    """Whether the loss goes on down from the level for certain, if slowly: by more than the unrest of its steps leaves open."""
    if trend.recent > (1 - FALL) * level:
        return False
    losses = look.losses(trend.width)
    unrest = float(losses.std()) * math.sqrt(2 / trend.width) if losses is not None else math.inf
    return trend.before - trend.recent > max(FALL * level, 3 * unrest)


def _movement(look: Look) -> float:
    """The median over layers of update against weights."""
    ratios = [layer.ratio for layer in look.layers if layer.weights > 0]
    return statistics.median(ratios) if ratios else 0.0
