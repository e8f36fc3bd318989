"""What a monitor is: one thing that can go wrong in a run, how it shows in the numbers, and how to say it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.spec import Registry, Spec, hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import Look

Memory = dict[str, Any]


class Finding(NamedTuple):
    """What one look found wrong. `message` has no full stop: where and when it was seen is added to it.

    key, values: what the words were made of, for those who tell it otherwise or in another language; see `Monitor.finding`.
    sure: False where more must be seen before it may be said: there is another look soon.
    lasts: steps for which it must be seen before it is said; None: those of the monitor.
    """

    message: str
    remedy: str
    node: str | None = None
    key: str = ""
    values: Mapping[str, Any] = {}
    sure: bool = True
    lasts: int | None = None


class Words(NamedTuple):
    """Message and remedy, with places for named values as `str.format` has them."""

    message: str
    remedy: str


class Monitor(Spec, abstract=True):
    """`find(look, memory)` gives what is wrong at this look. Monitors remember nothing themselves: `memory` is a dict
    of their own that lasts as long as the run. They read the run's arrays, change none and draw no random number.

    A finding is said once it was there at every look for `lasts` steps, its own or the monitor's, and again only after it was gone for `gone` steps.
    Looks are at most `vitrine.core.training.watch.LONGEST` steps apart, and closer once something is seen, so that what is
    visible, as the class says, is named within 100 steps.
    explained_by: monitors whose diagnosis is the cause of this one; while theirs stands, this one is not said.
    glances: also asked at those looks, by far the most, that have no numbers by layer.
    by_epoch: asked after epochs, first every one, later every fiftieth part of them, and at no other time; that look holds no batch, only the run and its record.
    texts: the words of its findings, by key.
    """

    registry: ClassVar[Registry[Monitor]] = Registry("monitor")
    explained_by: ClassVar[tuple[str, ...]] = ()
    glances: ClassVar[bool] = False
    by_epoch: ClassVar[bool] = False
    texts: ClassVar[Mapping[str, Words]] = {}

    lasts: int = hp(default=20, help="Steps for which it must be seen before it is said", minimum=0, maximum=100_000, advanced=True)
    gone: int = hp(default=200, help="Steps without it after which it counts as over", minimum=1, maximum=100_000, advanced=True)

    def find(self, look: Look, memory: Memory) -> list[Finding]:
        """What it sees; nothing where all is well. `memory` is its own, from one look to the next."""
        raise NotImplementedError(type(self).__name__)

    def finding(self, key: str, at: str | None = None, /, sure: bool = True, lasts: int | None = None, **values: Any) -> Finding:
        """The words of `texts[key]` with these values in their places, about the layer `at` or the whole run."""
        message, remedy = (text.format(**values) for text in self.texts[key])
        return Finding(message, remedy, at, f"{type(self).__name__}.{key}", values, sure, lasts)


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
    """0.25 as "25 %"."""
    return f"{100 * share:.0f} %"


def named(items: list[str], most: int = 6) -> str:
    """ "3, 7 and 12", or the first few "and 20 more"."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
