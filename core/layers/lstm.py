"""Long short-term memory."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.kernels.recurrent.cells import lstm_backward, lstm_forward
from vitrine.core.kernels.recurrent.gates import outer_over_time, reordered, stack, unstack
from vitrine.core.kernels.recurrent.unrolled import Unrolled, Upstream
from vitrine.core.layers.base import Arrays, Context
from vitrine.core.layers.recurrent import Bench, Recurrent
from vitrine.core.spec import hp

ROWS = (3, 0, 1, 2)  # the kernel's order o, i, f, g in terms of the parameters' i, f, g, o


class LSTM(Recurrent):
    """i, f, o = sigmoid(x_t W + h_{t-1} U + b), g = a(same), c_t = f c_{t-1} + i g, h_t = o a(c_t), a the activation.

    The gates lie in the order i, f, g, o in W, U and b, as in PyTorch. `forget_bias` is added to f's pre-activation, which is
    the same as starting its bias there (Jozefowicz et al., 2015). Hochreiter and Schmidhuber, 1997; Gers et al., 2000.
    """

    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Gates decide what its memory takes in, keeps and shows: remembers over many steps."
    formula: ClassVar[str] = "c_t = f·c_{t-1} + i·g, h_t = o·a(c_t)"
    gates: ClassVar[tuple[str, ...]] = ("i", "f", "g", "o")
    rows: ClassVar[int] = 4
    extra: ClassVar[tuple[str, ...]] = ("c", "tc", "through")
    examples: ClassVar[tuple[dict[str, Any], ...]] = (*Recurrent.examples, {"units": 2, "forget_bias": 0.0})

    forget_bias: float = hp(
        default=1.0, help="Added to the forget gate, so that it remembers from the start", minimum=-10.0, maximum=10.0, advanced=True
    )

    def _weights(self, params: Arrays, ctx: Context) -> tuple[np.ndarray, ...]:
        units, features = self.units, len(params["W"])
        weights = stack(ctx, params["W"], params["U"], params["b"], ROWS)
        weights[2 * units : 3 * units, features] += self.forget_bias
        weights[: 3 * units] *= 0.5  # sigmoid by tanh
        if self.activation.by_tanh:
            weights[3 * units :] *= self.activation.by_tanh[0]
        return (weights,)

    def _run(self, weights: tuple[np.ndarray, ...], unrolled: Unrolled, bench: Bench) -> None:
        lstm_forward(unrolled, weights[0], bench.inner)

    def _recurrent_weights(self, params: Arrays, ctx: Context) -> np.ndarray:
        return reordered(ctx, "recurrent", params["U"], self.units, ROWS)

    def _run_back(self, recurrent: np.ndarray, grads: Arrays, unrolled: Unrolled, upstream: Upstream, bench: Bench) -> None:
        lstm_backward(unrolled, recurrent, bench.inner, upstream)
        unstack(outer_over_time(bench, "dstacked", unrolled.dz, unrolled.xh[:-1]), grads["W"], grads["U"], grads["b"], ROWS)

    def _input_weights(self, params: Arrays, unrolled: Unrolled, bench: Bench) -> tuple[np.ndarray, np.ndarray]:
        return reordered(bench, "w_input", params["W"], self.units, ROWS), unrolled.dz

    def _gates_over_time(self, unrolled: Unrolled) -> Arrays:
        rows = {"o": 0, "i": 1, "f": 2, "g": 3}
        return {"cell": unrolled.extra["c"][1:]} | {name: unrolled.z[:, unrolled.block(rows[name])] for name in self.gates}
