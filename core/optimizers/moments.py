"""What Adam and its kin share: their settings."""

from __future__ import annotations

from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp


class Moments(Optimizer, abstract=True):
    """m <- b1 m + (1 - b1) g beside a second running figure of the gradient's size. A rule that means another declares it anew."""

    learning_rate: float = hp(
        default=0.002, help="Size of a step in each weight, at most about this", minimum=0.0, exclusive=True, scale="log"
    )
    beta1: float = hp(default=0.9, help="Share of the old mean gradient that is kept", minimum=0.0, maximum=0.9999, step=0.01)
    beta2: float = hp(default=0.999, help="Share of the old mean square that is kept", minimum=0.0, maximum=0.999999, step=0.001)
    epsilon: float = hp(
        default=1e-8, help="Added to the root, against division by zero", minimum=0.0, exclusive=True, scale="log", advanced=True
    )
