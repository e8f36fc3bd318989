"""What an activation is: an elementwise (softmax: row-wise) function with its derivative."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.errors import SpecError, shown
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.context import Context
from vitrine.core.spec import Registry, Spec


class Activation(Spec, abstract=True):
    """A function of the pre-activation z, applied inside a layer or by the `Activation` layer.

    `forward` writes y into `out` (which may be `z` itself unless `keeps_input`), `backward` turns dL/dy into
    dL/dz in place. Both get the same `ctx`, in which they may keep buffers between the two calls.
    """

    registry: ClassVar[Registry[Activation]] = Registry("activation")
    told: ClassVar[bool] = True
    keeps_input: ClassVar[bool] = False  # backward reads z, so forward must not overwrite it
    learnt: ClassVar[bool] = False  # has parameters of its own (`param_shapes`)
    random: ClassVar[bool] = False  # draws random numbers in training
    kinks: ClassVar[tuple[float, ...]] = ()  # points without a derivative: gradient checks stay away from them
    differentiable: ClassVar[bool] = True
    elementwise: ClassVar[bool] = True  # each output depends on one input alone
    identity: ClassVar[bool] = False  # f(z) = z
    usual: ClassVar[bool] = False  # the one that a remedy offers to a hidden layer that has none
    rising: ClassVar[bool] = False  # never falls as z grows: f(max z) = max f(z), so that pooling may come first
    clips_below_zero: ClassVar[bool] = False  # f(z) = max(z, 0): its gradient passes just where its value is positive
    sloped: ClassVar[bool] = False  # its slope follows from its value alone, by `slope`; backward needs nothing else
    by_tanh: ClassVar[tuple[float, float, float] | None] = None  # (a, b, c) where f(z) = b tanh(a z) + c

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed activation raises where it has no value for some numbers."""
        super().prove()
        z = np.linspace(-1.0, 1.0, 6, dtype=np.float32).reshape(2, 3)
        y = cls()(z)
        if not isinstance(y, np.ndarray) or y.shape != z.shape:
            raise SpecError(f"its values must be an array of shape {z.shape}, not {shown(getattr(y, 'shape', y))}")

    def param_shapes(self, shape: tuple[int, ...]) -> dict[str, Param]:
        """Learnt parameters for outputs of `shape` (without batch); most activations have none."""
        return {}

    def kept_values(self, output: int) -> int:
        """Values (of four bytes) that it works with beside an output of so many, see `vitrine.core.network.cost`."""
        return output * (2 if self.keeps_input else 1)

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

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        """df/dz from y = f(z), into `out`, both of any shape; only where `sloped`."""
        raise NotImplementedError(type(self).__name__)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """f(z) in prediction, as a fresh array (for plots, links and tests); learnt parameters at their start."""
        z = np.asarray(z)
        if z.dtype.kind != "f":
            z = z.astype(np.float64)
        params = {name: np.full(p.shape, p.start, z.dtype) for name, p in self.param_shapes(z.shape[1:]).items()}
        return self.forward(z.copy(), np.empty_like(z), params, Context(z.dtype))

    def curve(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """f(z) and f'(z) for z (N,), both (N,) in its float type, learnt parameters at their start; None where f is no function of one value."""
        if not self.elementwise:
            return None
        column = np.array(z).reshape(-1, 1)
        if column.dtype.kind != "f":
            column = column.astype(np.float64)
        shapes = self.param_shapes((1,))
        params = {name: np.full(p.shape, p.start, column.dtype) for name, p in shapes.items()}
        grads = {name: np.zeros(p.shape, column.dtype) for name, p in shapes.items()}
        ctx = Context(column.dtype)
        with np.errstate(all="ignore"):  # a far end may overflow: the plot leaves it out
            y = self.forward(column.copy(), np.empty_like(column), params, ctx).copy()
            slope = self.backward(np.ones_like(column), y.copy(), column, params, grads, ctx)
        return y[:, 0], np.array(slope[:, 0])
