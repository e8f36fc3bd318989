"""What an activation is: an elementwise (softmax: row-wise) function with its derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.params import Param
from core.spec import Registry, Spec

if TYPE_CHECKING:
    from core.layers.base import Context


class Activation(Spec, abstract=True):
    """A function of the pre-activation z, applied inside a layer or by the `Activation` layer.

    `forward` writes y into `out` (which may be `z` itself unless `keeps_input`), `backward` turns dL/dy into
    dL/dz in place. Both get the same `ctx`, in which they may keep buffers between the two calls.
    """

    registry: ClassVar[Registry] = Registry("activation", "core.activations")
    keeps_input: ClassVar[bool] = False  # backward reads z, so forward must not overwrite it
    learnt: ClassVar[bool] = False  # has parameters of its own (`param_shapes`)
    random: ClassVar[bool] = False  # draws random numbers in training
    kinks: ClassVar[tuple[float, ...]] = ()  # points without a derivative: gradient checks stay away from them
    differentiable: ClassVar[bool] = True
    elementwise: ClassVar[bool] = True  # each output depends on one input alone

    def param_shapes(self, shape: tuple[int, ...]) -> dict[str, Param]:
        """Learnt parameters for outputs of `shape` (without batch); most activations have none."""
        return {}

    def forward(self, z: np.ndarray, out: np.ndarray, params: dict[str, np.ndarray], ctx: Context) -> np.ndarray:
        """y = f(z), written into `out` and returned."""
        raise NotImplementedError(type(self).__name__)

    def backward(
        self,
        dy: np.ndarray,
        y: np.ndarray,
        z: np.ndarray | None,
        params: dict[str, np.ndarray],
        grads: dict[str, np.ndarray],
        ctx: Context,
    ) -> np.ndarray:
        """dL/dz from dL/dy, in place in `dy` where possible; `z` is None unless `keeps_input`."""
        raise NotImplementedError(type(self).__name__)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """f(z) in prediction, as a fresh array (for plots, links and tests); learnt parameters at their start."""
        from core.layers.base import Context

        z = np.asarray(z)
        if z.dtype.kind != "f":
            z = z.astype(np.float64)
        params = {name: np.full(p.shape, p.start, z.dtype) for name, p in self.param_shapes(z.shape[1:]).items()}
        return self.forward(z.copy(), np.empty_like(z), params, Context(z.dtype))

    def curve(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """f(z) and f'(z) for z (N,), both (N,), learnt parameters at their start; None where f is no function of one value."""
        from core.layers.base import Context

        if not self.elementwise:
            return None
        column = np.array(z, np.float64).reshape(-1, 1)
        shapes = self.param_shapes((1,))
        params = {name: np.full(p.shape, p.start, np.float64) for name, p in shapes.items()}
        grads = {name: np.zeros(p.shape, np.float64) for name, p in shapes.items()}
        ctx = Context(np.float64)
        with np.errstate(all="ignore"):  # a far end may overflow: the plot leaves it out
            y = self.forward(column.copy(), np.empty_like(column), params, ctx).copy()
            slope = self.backward(np.ones_like(column), y.copy(), column, params, grads, ctx)
        return y[:, 0], np.array(slope[:, 0])
