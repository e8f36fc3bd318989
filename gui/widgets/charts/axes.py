"""Axes of charts: round tick values, and numbers short enough to stand beside them."""

from __future__ import annotations

import math


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` round values (1, 2 or 5 times a power of ten apart) between low and high."""
    if not high > low or most < 1:
        return [low]
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between low and high, with 2 and 5 times of them where there is room."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = max(1, last - first)
    every = -(-decades // max(1, most))
    if decades * 3 <= most:
        factors: tuple[int, ...] = (1, 2, 5)
    else:
        factors = (1,)
    found = [f * 10.0**e for e in range(first, last + 1, every) for f in factors]
    inside = [v for v in found if low * 0.9999 <= v <= high * 1.0001]
    return inside if len(inside) > 1 else linear_ticks(low, high, most)


def tick_text(value: float) -> str:
    """2e+24 as 2e24, 1200000 as 1.2M, 30000 as 30k; small numbers in full."""
    size = abs(value)
    if size >= 1e9:
        return f"{value:.4g}".replace("e+0", "e").replace("e+", "e")
    if size >= 1e6:
        return f"{value / 1e6:g}M"
    if size >= 1e4:
        return f"{value / 1e3:g}k"
    if size and size < 1e-3:
        return f"{value:.0e}".replace("e-0", "e-")
    return f"{value:g}"


def value_text(value: float) -> str:
    """Four significant digits, for reading off."""
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e6):
        return f"{value:.3e}"
    return f"{value:.4g}"
