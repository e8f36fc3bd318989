"""The function that learns whether to be a logarithm, a line or an exponential."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.context import Context
from vitrine.core.spec import hp

SMALL = {4: 0.01, 8: 0.001}  # |alpha| below which dalpha comes from a series, by bytes a number: the closed forms cancel
LEAST = 0.01  # the logarithm's argument goes no lower: left of that the function is flat
MOST = 30.0  # the exponent goes no higher: right of that the function is flat


class SoftExponential(Activation):
    """y = -log(1 - a (z + a)) / a for a < 0, z for a = 0, (exp(a z) - 1) / a + a for a > 0; a (C) learnt for each feature.

    Outside its domain (a < 0: argument of the logarithm under 0.01; a > 0: a z over 30) the function is held constant.
    Godfrey and Gashler, 2015.
    """

    title: ClassVar[str] = "soft exponential"
    rank: ClassVar[int] = 39
    summary: ClassVar[str] = "Each feature learns its own bend, from logarithm through line to exponential."
    formula: ClassVar[str] = "f(z) = -log(1 - a (z + a)) / a, z, or (exp(a z) - 1) / a + a for a < 0, = 0, > 0"
    keeps_input: ClassVar[bool] = True
    learnt: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"start": -0.6}, {"start": 0.3})

    start: float = hp(default=0.0, help="First value of alpha: 0 is the straight line", minimum=-10.0, maximum=10.0, step=0.1)

    def param_shapes(self, shape: tuple[int, ...]) -> dict[str, Param]:
        return {"alpha": Param(shape[-1:], start=self.start)}

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        alpha = params["alpha"]
        safe = np.where(alpha == 0, alpha.dtype.type(1), alpha)
        grown = np.expm1(np.minimum(safe * z, MOST)) / safe + safe
        shrunk = -np.log1p(np.maximum(-safe * (z + safe), LEAST - 1)) / safe
        np.copyto(out, np.where(alpha > 0, grown, np.where(alpha < 0, shrunk, z)))
        return out

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        assert z is not None
        alpha = params["alpha"]
        by_alpha = _slope_by_alpha(z, alpha)
        by_alpha *= dy
        np.sum(by_alpha.reshape(-1, z.shape[-1]), axis=0, out=grads["alpha"])
        argument = 1 - alpha * (z + alpha)
        exponent = alpha * z
        up = np.exp(np.minimum(exponent, MOST)) * (exponent < MOST)
        down = (argument > LEAST) / np.maximum(argument, LEAST)
        dy *= np.where(alpha >= 0, up, down)
        return dy


def _slope_by_alpha(z: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """dy/dalpha, by closed forms or, near zero, by their series up to the second order."""
    tiny = np.abs(alpha) < SMALL[alpha.dtype.itemsize]
    a = np.where(tiny, alpha.dtype.type(1), alpha)
    exponent = np.minimum(a * z, MOST)
    inside = a * z < MOST
    up = np.where(inside, exponent * np.exp(exponent), 0) - np.expm1(exponent)
    up = up / (a * a) + 1
    w = z + a
    argument = np.maximum(1 - a * w, LEAST)
    down = np.log(argument) / (a * a) + np.where(1 - a * w > LEAST, (w + a) / (a * argument), 0)
    v = z + np.minimum(alpha, 0)  # the logarithm's series is in z + alpha, the exponential's in z
    square, first = v * v, alpha * v
    series_up = 1 + square * (0.5 + first * (1 / 3 + first / 8))
    series_down = 1 + first * (1 + first) + square * (0.5 + first * (2 / 3 + first * 0.75))
    series = np.where(alpha >= 0, series_up, series_down)
    return np.asarray(np.where(tiny, series, np.where(alpha > 0, up, down)))
