"""An activation inside a recurrent cell: applied at every step of a sequence, and passed back through in turn."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.kernels.context import Arrays, Context
from vitrine.core.layers.base import own_arrays


class InnerActivation:
    """f on a step's values (U, N), for any activation; see `vitrine.core.kernels.recurrent.cells.Inner`.

    Where f's slope follows from its value nothing is kept. Any other f gets a context for each step and place, and arrays
    (N, U) as in other layers; gradients of parameters of its own are added up over the steps.
    """

    def __init__(self, activation: Activation, dtype: Any) -> None:
        self.activation = activation
        self.sloped, self.by_tanh = activation.sloped, activation.by_tanh
        self._training = False
        self._rng: np.random.Generator | None = None
        self._work = Context(dtype)
        self._steps: dict[tuple[int, int], Context] = {}
        self._params: Arrays = {}
        self._grads: Arrays = {}

    def begin(self, params: Arrays, ctx: Context) -> None:
        """A forward pass of the layer begins, with these parameters and in this context, which is not kept: it holds this."""
        self._training, self._rng = ctx.training, ctx.rng
        self._params = own_arrays(params) if self.activation.learnt else {}

    def begin_back(self) -> None:
        """A backward pass begins: no gradients yet."""
        self._grads = {name: self._work.zeros(f"sum {name}", param.shape) for name, param in self._params.items()}

    def give_grads(self, grads: Arrays) -> None:
        """The gradients of the activation's own parameters, into those of the layer."""
        for name, grad in own_arrays(grads).items():
            np.copyto(grad, self._grads[name])

    def apply(self, place: int, t: int, z: np.ndarray, out: np.ndarray) -> None:
        """f(z) into `out`, which may be z."""
        if self.sloped:
            self.activation.forward(z, out, {}, self._work)
            return
        ctx = self._steps.get((place, t))
        if ctx is None:
            ctx = self._steps[place, t] = Context(self._work.dtype)
        ctx.training, ctx.rng = self._training, self._rng
        kept = ctx.buffer("inner_z", z.shape[::-1])
        np.copyto(kept, z.T)
        y = ctx.buffer("inner_y", kept.shape) if self.activation.keeps_input else kept
        self.activation.forward(kept, y, self._params, ctx)
        ctx.saved["inner"] = y, kept if self.activation.keeps_input else None
        np.copyto(out, y.T)

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        """df/dz from y = f(z), into `out`."""
        self.activation.slope(y, out)

    def back(self, place: int, t: int, dy: np.ndarray) -> None:
        """dL/dz over dL/dy, for what `apply` saw there."""
        ctx, work = self._steps[place, t], self._work
        y, z = ctx.saved["inner"]
        across = work.buffer("dy", y.shape)
        np.copyto(across, dy.T)
        grads = {name: work.buffer(f"grad {name}", param.shape) for name, param in self._params.items()}
        np.copyto(dy, self.activation.backward(across, y, z, self._params, grads, ctx).T)
        for name, grad in grads.items():
            self._grads[name] += grad
