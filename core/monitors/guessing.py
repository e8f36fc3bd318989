"""A loss that stays where guessing would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.monitors.base import Finding, Memory, Monitor
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import Look


class Guessing(Monitor):
    """|L - L0| < `near` L0 over two windows of steps, L0 the loss of the best answer that ignores the input.

    L0 is the entropy of the classes for cross-entropy (ln K for K equal classes, 0.693 for two), the targets' variance for MSE.
    """

    title: ClassVar[str] = "Guessing"
    rank: ClassVar[int] = 40
    explained_by: ClassVar[tuple[str, ...]] = (
        "ExplodingGradients", "VanishingGradients", "SaturatedUnits", "DeadUnits", "LearningRateHigh", "LearningRateLow",
    )  # fmt: skip

    looks: int = hp(4, "Looks in a row that must see it before it is said", minimum=1, maximum=100, advanced=True)
    near: float = hp(0.015, "How near to guessing counts as guessing", minimum=0.0, maximum=0.5, exclusive=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        level, trend = look.guess, look.trend
        if not level or trend is None or max(abs(trend.recent - level), abs(trend.before - level)) > self.near * level:
            return []
        text = f"The loss stays at {trend.recent:.3g}, which is guessing ({level:.3g} without looking at the inputs)"
        if all(layer.weights == 0 for layer in look.layers):
            remedy = "All weights are zero, so no unit differs from another: choose Glorot or He as initializer, then reset."
        elif any(layer.weights == 0 for layer in look.layers):
            node = next(layer.node for layer in look.layers if layer.weights == 0)
            remedy = f"The weights of {node} are all zero and get no gradient: choose Glorot or He as its initializer, then reset."
        else:
            remedy = (
                "Give it more time, a higher learning rate or other first weights; if it stays, check that inputs and labels belong "
                "together and are scaled, and try more units or a layer more."
            )
        return [Finding(text, remedy)]
