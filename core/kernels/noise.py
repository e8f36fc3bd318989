"""Random masks, as fast as the generator's raw output can be had."""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.workspace import Workspace


def keep_mask(rng: np.random.Generator, shape: tuple[int, ...], rate: float, work: Workspace, name: str = "mask") -> np.ndarray:
    """True with probability 1 - rate, to within 2^-17, independently everywhere.

    Each raw 64-bit number gives four 16-bit ones: three to four times faster than drawing uniform floats.
    """
    mask = work.buffer(name, shape, np.bool_)
    raw = np.asarray(rng.bit_generator.random_raw(-(-mask.size // 4))).view(np.uint16)
    np.greater_equal(raw[: mask.size].reshape(shape), np.uint16(min(round(rate * 65536), 65535)), out=mask)
    return mask


def drop(x: np.ndarray, mask: np.ndarray, rate: float, out: np.ndarray) -> np.ndarray:
    """x mask / (1 - rate) into `out`, which may be x."""
    np.multiply(x, mask, out=out)
    out *= 1.0 / (1.0 - rate)
    return out
