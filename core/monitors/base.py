"""What a monitor is: one thing that can go wrong in a run, how it shows in the numbers, and how to say it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from core.activations.base import Activation
from core.spec import Registry, Spec, hp

if TYPE_CHECKING:
    from core.watch import Look

Memory = dict[str, Any]


class Finding(NamedTuple):
    """What one look found wrong. `message` has no full stop: where and when it was seen is added to it."""

    message: str
    remedy: str
    node: str | None = None


class Monitor(Spec, abstract=True):
    """`find(look, memory)` gives what is wrong at this look. Monitors remember nothing themselves: `memory` is a dict
    of their own that lasts as long as the run. They read the run's arrays, change none and draw no random number.

    A finding is said once it was there in `looks` looks in a row, and again only after it was gone for `gone` looks.
    explained_by: monitors whose diagnosis is the cause of this one; while theirs stands, this one is not said.
    """

    registry: ClassVar[Registry] = Registry("monitor", "core.monitors")
    explained_by: ClassVar[tuple[str, ...]] = ()

    looks: int = hp(3, "Looks in a row that must see it before it is said", minimum=1, maximum=100, advanced=True)
    gone: int = hp(3, "Looks in a row without it after which it counts as over", minimum=1, maximum=1000, advanced=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        raise NotImplementedError(type(self).__name__)


@lru_cache(maxsize=256)
def limits(activation: Activation) -> tuple[float, float] | None:
    """The values that f approaches on both sides, where it flattens out on both (sigmoid: 0 and 1); else None."""
    found = activation.curve(np.array([-1e6, -1e3, 1e3, 1e6])) if activation.differentiable else None
    if found is None:
        return None
    (low, lower, upper, high), slopes = found
    if not np.all(np.abs(slopes) < 1e-3) or abs(low - lower) > 0.01 or abs(high - upper) > 0.01 or high - low < 1e-6:
        return None
    return float(low), float(high)


@lru_cache(maxsize=256)
def stops_negative(activation: Activation) -> bool:
    """Whether f is zero and flat below zero and grows above it, as the rectifier: its units can die."""
    found = activation.curve(np.array([-1e3, -1.0, -0.01, 1.0, 1e3])) if activation.differentiable else None
    if found is None:
        return False
    values, slopes = found
    return bool(np.all(values[:3] == 0) and np.all(slopes[:3] == 0) and values[4] > 10)


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def named(items: list[str], most: int = 6) -> str:
    """"3, 7 and 12", or the first few "and 20 more"."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
