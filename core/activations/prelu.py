"""The rectifier whose slope below zero is learnt."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.context import Context
from vitrine.core.spec import hp


class PReLU(Activation):
    """y = max(z, 0) + alpha min(z, 0), alpha (C) learnt for each feature of the last axis; dalpha = sum dy min(z, 0).

    He, Zhang, Ren and Sun, 2015.
    """

    rank: ClassVar[int] = 32
    summary: ClassVar[str] = "A leaky ReLU that learns how much of the negative side each feature lets through."
    formula: ClassVar[str] = "f(z) = max(z, 0) + alpha min(z, 0), alpha learnt"
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    keeps_input: ClassVar[bool] = True
    learnt: ClassVar[bool] = True

    start: float = hp(default=0.25, help="First slope for negative values", minimum=-10.0, maximum=10.0, step=0.05)

    def param_shapes(self, shape: tuple[int, ...]) -> dict[str, Param]:
        return {"alpha": Param(shape[-1:], start=self.start)}

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        below = ctx.buffer("prelu_below", z.shape, z.dtype)
        np.minimum(z, 0, out=below)
        below *= params["alpha"]
        np.maximum(z, 0, out=out)
        out += below
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
        below = ctx.buffer("prelu_below", z.shape, z.dtype)
        np.minimum(z, 0, out=below)
        below *= dy
        np.sum(below.reshape(-1, below.shape[-1]), axis=0, out=grads["alpha"])
        slope = below
        np.greater(z, 0, out=slope)
        slope *= 1 - params["alpha"]
        slope += params["alpha"]
        dy *= slope
        return dy
