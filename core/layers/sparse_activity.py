"""Units that are seldom active."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.spec import hp

EDGE = 1e-3  # a unit's mean activity counts as at least this, and at most 1 - this: the divergence is infinite at 0 and 1


class SparseActivity(Layer):
    """y = x, and in training L += strength sum_j KL(rho || m_j), m_j the mean activity of feature j over the batch.

    KL(rho || m) = rho log(rho / m) + (1 - rho) log((1 - rho) / (1 - m)); dx_j += strength (-rho / m_j + (1 - rho) / (1 - m_j)) / M,
    M the number of values in the mean (examples, and positions of an image or steps of a sequence). For activities from
    0 to 1, such as a sigmoid gives; means outside count as the nearest inside. Lee, Ekanadham and Ng, 2008.
    """

    title: ClassVar[str] = "Sparse activity"
    group: ClassVar[str] = "Regularization"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Holds the mean activity of each unit before it near a small share: sparse codes in an autoencoder."
    formula: ClassVar[str] = "y = x, L += strength sum_j KL(rho || mean x_j)"
    affine: ClassVar[bool] = True
    penalizes: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({}, {"share": 0.3, "strength": 2.0})
    example_shapes: ClassVar[tuple[Shape, ...]] = ((3, 5),)

    share: float = hp(
        default=0.05, help="Mean activity that is wanted of each unit, rho", minimum=0.0, maximum=1.0, exclusive=True, step=0.01
    )
    strength: float = hp(default=0.1, help="How much a deviation costs", minimum=0.0, maximum=1e6, scale="log")

    def example_inputs(self, shapes: tuple[Shape, ...], batch: int, rng: np.random.Generator) -> list[np.ndarray]:
        return [rng.uniform(0.05, 0.95, (batch, *shape)) for shape in shapes]

    def unpenalized(self) -> SparseActivity:
        return type(self)()

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        return 0  # what it got

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        return 0  # in place

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        if ctx.training:
            rows = x.reshape(-1, x.shape[-1])
            mean = np.mean(rows, axis=0, out=ctx.buffer("mean", rows.shape[1:]))
            np.clip(mean, EDGE, 1 - EDGE, out=mean)
            ctx.saved.update(mean=mean, count=len(rows))
        return x

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        mean = ctx.saved["mean"]
        slope = (1 - self.share) / (1 - mean) - self.share / mean
        slope *= self.strength / ctx.saved["count"]
        dy += slope
        return [dy]

    def penalty(self, ctx: Context) -> float:
        mean = ctx.saved["mean"].astype(np.float64)
        rest = 1 - self.share
        divergence = self.share * np.log(self.share / mean)
        if rest > 0:
            divergence += rest * np.log(rest / (1 - mean))
        return self.strength * float(divergence.sum())
