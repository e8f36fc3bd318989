"""How large gradients, updates, weights and activations are in each layer, and how they are spread."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from core.monitors.vanishing_gradients import VanishingGradients
from core.probes.base import Probe, View
from core.spec import hp

if TYPE_CHECKING:
    from core.watch import LayerNumbers

BINS = 48
DECADES = 8  # that a histogram of gradients spans at most
STILL = 1e-5  # updates below this share of the weights change nothing


class Gradients(Probe):
    """For L layers with weights, first layer first: `gradient`, `gradient_norm`, `weights`, `activations`, `update` and
    `ratio` (update against weights), float64 (L,) each, as root mean squares, seen at `step`; a `verdict` in words.

    histogram: adds `counts` (L, 48) over the shared axis `low` ... `high` (of log10 |g| for gradients) and the share of
    exact zeros, `zeros` (L,). Seen at the last step that was looked at: the first call arranges for the next one.
    Glorot and Bengio, 2010.
    """

    histogram: str = hp("none", "Of what to count values", choices=("none", "gradients", "activations", "weights"))

    rank: ClassVar[int] = 60

    def __call__(self, view: View) -> dict[str, Any]:
        watch = view.watch
        watch.asked = True
        watch.sampled = self.histogram
        if not watch.layers:
            return {}
        layers = watch.layers
        text, kind = verdict(layers)
        payload: dict[str, Any] = {
            "layers": tuple(layer.node for layer in layers), "step": watch.step, "verdict": text, "kind": kind,
            **{name: np.array([getattr(layer, name) for layer in layers]) for name in
               ("gradient", "gradient_norm", "weights", "activations", "update", "ratio")},
        }  # fmt: skip
        of, samples = watch.samples
        if self.histogram != "none" and of == self.histogram and len(samples) == len(layers):
            payload |= {"of": of, **histograms(samples, log=of == "gradients")}
        return payload


def verdict(layers: list[LayerNumbers]) -> tuple[str, str]:
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


def histograms(samples: list[np.ndarray], log: bool) -> dict[str, Any]:
    """Counts over one axis for all samples; of log10 |v| without the zeros if `log`, else from near the least to near the largest."""
    zeros = np.array([np.mean(values == 0) if len(values) else 0.0 for values in samples])
    if log:
        shown = [np.log10(np.abs(values[values != 0])) for values in samples]
    else:
        shown = samples
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
    return {"low": low, "high": high, "counts": counts, "zeros": zeros, "log": log}
