"""A loss that stays where guessing would have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vitrine.core.monitors.base import Finding, Memory, Monitor, Words
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look


STAYS = "The loss stays at {loss:.3g}; the best guess that does not look at the inputs has {level:.3g}"


class Guessing(Monitor):
    """|L - L0| < `near` L0 over two windows of steps, L0 the loss of the best answer that ignores the input.

    L0 is the entropy of the classes for cross-entropy (ln K for K equal classes, 0.693 for two), the targets' variance for MSE.
    Visible: once it is so for `lasts` steps; less is a usual start.
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
        "all_zero": Words(STAYS, "All weights are zero, so no unit differs from another: choose Glorot or He as initializer, then reset."),
        "zero": Words(STAYS, "The weights of {node} are all zero and get no gradient: choose Glorot or He as its initializer, then reset."),
    }

    lasts: int = hp(default=150, help="Steps for which it must be seen before it is said", minimum=0, maximum=100_000, advanced=True)
    near: float = hp(default=0.015, help="How near to guessing counts as guessing", minimum=0.0, maximum=0.5, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        level, trend = look.guess, look.trend
        if not level or trend is None or max(abs(trend.recent - level), abs(trend.before - level)) > self.near * level:
            return []
        zeros = [layer.node for layer in look.layers if layer.weights == 0]
        key = "guessing" if not zeros else "all_zero" if len(zeros) == len(look.layers) else "zero"
        return [self.finding(key, loss=trend.recent, level=level, node="".join(zeros[:1]))]
