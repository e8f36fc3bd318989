"""How large gradients, updates, weights and activations are in each layer, and how they are spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.monitors.vanishing_gradients import VanishingGradients
from vitrine.core.probes.base import Probe, View
from vitrine.core.spec import hp

if TYPE_CHECKING:
    from vitrine.core.monitors.look import LayerNumbers

BINS = 48
DECADES = 8  # that a histogram of gradients spans at most
STILL = 1e-5  # updates below this share of the weights change nothing


@dataclass(frozen=True, eq=False)
class Histograms:
    """How the values of L layers are spread: counts (L, 48) int64 over the shared axis `low` ... `high` (of log10 |v|
    without the zeros if `log`), and the share of exact zeros, zeros (L,) float64. `of` says of what."""

    of: str
    low: float
    high: float
    counts: np.ndarray
    zeros: np.ndarray
    log: bool


@dataclass(frozen=True, eq=False)
class GradientsAnswer:
    """L layers with weights, first layer first, seen at `step`: root mean squares of each layer's gradient, weights,
    output and last update, the gradient's norm, and `ratio`, update against weights; float64 (L,) each. `verdict` says
    in words what they mean, `kind` is "vanishing", "exploding", "still" or "even"."""

    layers: tuple[str, ...]
    step: int
    verdict: str
    kind: str
    gradient: np.ndarray
    gradient_norm: np.ndarray
    weights: np.ndarray
    activations: np.ndarray
    update: np.ndarray
    ratio: np.ndarray
    histograms: Histograms | None = None

    def sizes(self, quantity: str) -> np.ndarray:
        """One number a layer: "gradient", "gradient_norm", "weights", "activations", "update" or "ratio"."""
        found: np.ndarray = getattr(self, quantity)
        return found


class Gradients(Probe[GradientsAnswer]):
    """Gradients, updates, weights and outputs of each layer, and how the values of one of them are spread if wished.

    Seen at the last step that was looked at: asking arranges for the next one. Glorot and Bengio, 2010.
    """

    histogram: str = hp(default="none", help="Of what to count values", choices=("none", "gradients", "activations", "weights"))

    rank: ClassVar[int] = 60

    @property
    def watches(self) -> str:
        return self.histogram

    def __call__(self, view: View) -> GradientsAnswer | None:
        seen, layers = view.seen, view.seen.layers
        if not layers:
            return None
        text, kind = verdict(layers)
        counted = self.histogram != "none" and seen.of == self.histogram and len(seen.samples) == len(layers)
        return GradientsAnswer(
            tuple(layer.node for layer in layers), seen.step, text, kind,
            gradient=np.array([layer.gradient for layer in layers]), gradient_norm=np.array([layer.gradient_norm for layer in layers]),
            weights=np.array([layer.weights for layer in layers]), activations=np.array([layer.activations for layer in layers]),
            update=np.array([layer.update for layer in layers]), ratio=np.array([layer.ratio for layer in layers]),
            histograms=histograms(seen.of, seen.samples) if counted else None,
        )  # fmt: skip


def verdict(layers: Sequence[LayerNumbers]) -> tuple[str, str]:
    """What the sizes of the gradients say, and "vanishing", "exploding", "still" or "even"."""
    first, last = layers[0], layers[-1]
    if all(not layer.ratio >= STILL for layer in layers):
        return "A step changes the weights by less than 0.001 %: hardly anything is learnt.", "still"
    if len(layers) == 1:
        return f"One layer: a step changes its weights by {_share(first.ratio)}.", "even"
    if not last.gradient or not first.gradient:
        return f"No gradient reaches {first.node}: it can't learn.", "vanishing"
    share = first.gradient / last.gradient
    factor = share ** (1 / (len(layers) - 1))
    if share < VanishingGradients().ratio:
        return f"Each layer's gradient is about {factor:.2g} of the next one's: vanishing.", "vanishing"
    if share > 1 / VanishingGradients().ratio:
        return f"Each layer's gradient is about {factor:.2g} times the next one's: exploding.", "exploding"
    return f"Each layer's gradient is about {factor:.2g} times the next one's: even in all layers.", "even"


def _share(ratio: float) -> str:
    return "an unknown share" if math.isnan(ratio) else f"{100 * ratio:.2g} %"


def histograms(of: str, samples: Sequence[np.ndarray]) -> Histograms:
    """Counts over one axis for all samples; of log10 |v| without the zeros for gradients, else from near the least to near the largest."""
    log = of == "gradients"
    zeros = np.array([np.mean(values == 0) if len(values) else 0.0 for values in samples])
    if log:
        shown = [np.log10(np.abs(values[values != 0])) for values in samples]
    else:
        shown = list(samples)
    ends = [np.percentile(values, (0.2, 99.8)) for values in shown if len(values)]
    low, high = (min(e[0] for e in ends), max(e[1] for e in ends)) if ends else (0.0, 1.0)
    if log:
        low, high = max(math.floor(low), math.ceil(high) - DECADES), math.ceil(high)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    room = 0.0 if log else 0.03 * (high - low)
    low, high = float(low - room), float(high + room)
    counts = np.zeros((len(samples), BINS), np.int64)
    for row, values in zip(counts, shown):
        places = ((values - low) * (BINS / (high - low))).astype(np.int64)
        row += np.bincount(np.clip(places, 0, BINS - 1), minlength=BINS)
    return Histograms(of, low, high, counts, zeros, log)
