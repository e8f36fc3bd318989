"""The gated recurrent unit."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from vitrine.core.initializers.param import Param
from vitrine.core.kernels.recurrent.cells import gru_backward, gru_forward
from vitrine.core.kernels.recurrent.gates import outer_over_time, reordered, stack
from vitrine.core.kernels.recurrent.unrolled import Unrolled, Upstream
from vitrine.core.layers.base import Arrays, Context, Shape
from vitrine.core.layers.recurrent import Bench, Recurrent

Z_R_N = (1, 0, 2)  # gates of the kernel's rows z, r, q in terms of the parameters' r, z, n
N_Z_R = (2, 1, 0)


class GRU(Recurrent):
    """r, z = sigmoid(x_t W + h_{t-1} U + b), n = a(x_t W_n + b_n + r (h_{t-1} U_n + c)), h_t = (1 - z) n + z h_{t-1}.

    a is the activation. The gates lie in the order r, z, n in W, U and b; c (units) is the bias that the reset gate sees. The reset gate acts after
    the product, as in PyTorch and cuDNN. Cho et al., 2014.
    """

    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "Two gates and no separate memory: near the LSTM in what it remembers, with fewer weights."
    formula: ClassVar[str] = "h_t = (1 - z)·n + z·h_{t-1}"
    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")
    rows: ClassVar[int] = 4
    extra: ClassVar[tuple[str, ...]] = ("part",)
    examples: ClassVar[tuple[dict[str, Any], ...]] = Recurrent.examples

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        return super().param_shapes(*shapes) | {"c": Param((self.units,), self.bias_initializer, self.units, self.units)}

    def _weights(self, params: Arrays, ctx: Context) -> tuple[np.ndarray, ...]:
        units, features = self.units, len(params["W"])
        weights = stack(ctx, params["W"], params["U"], params["b"], Z_R_N)
        candidate = ctx.buffer("candidate", (units, features + 1))
        np.copyto(candidate, weights[2 * units :, : features + 1])
        weights[2 * units :, :features] = 0  # row q sees the state only
        weights[2 * units :, features] = params["c"]
        weights[: 2 * units] *= 0.5  # sigmoid by tanh
        return weights, candidate

    def _run(self, weights: tuple[np.ndarray, ...], unrolled: Unrolled, bench: Bench) -> None:
        gru_forward(unrolled, weights[0], weights[1], bench.inner)

    def _recurrent_weights(self, params: Arrays, ctx: Context) -> np.ndarray:
        return reordered(ctx, "recurrent", params["U"], self.units, Z_R_N)

    def _run_back(self, recurrent: np.ndarray, grads: Arrays, unrolled: Unrolled, upstream: Upstream, bench: Bench) -> None:
        units, features, dz, inputs = self.units, unrolled.features, unrolled.dz, unrolled.xh[:-1]
        gru_backward(unrolled, recurrent, bench.inner, upstream)
        by_input = outer_over_time(bench, "dinput", dz[:, : 3 * units], inputs[:, : features + 1])
        by_state = outer_over_time(bench, "dstate", dz[:, units:], inputs[:, features:])
        for i, gate in enumerate(N_Z_R):
            rows, columns = slice(i * units, (i + 1) * units), slice(gate * units, (gate + 1) * units)
            grads["W"][:, columns] = by_input[rows, :features].T
            grads["b"][columns] = by_input[rows, features]
        for i, gate in enumerate(Z_R_N):
            grads["U"][:, gate * units : (gate + 1) * units] = by_state[i * units : (i + 1) * units, 1:].T
        grads["c"][...] = by_state[2 * units :, 0]

    def _input_weights(self, params: Arrays, unrolled: Unrolled, bench: Bench) -> tuple[np.ndarray, np.ndarray]:
        return reordered(bench, "w_input", params["W"], self.units, N_Z_R), unrolled.dz[:, : 3 * self.units]

    def _gates_over_time(self, unrolled: Unrolled) -> Arrays:
        return {name: unrolled.z[:, unrolled.block(row)] for name, row in {"n": 0, "z": 1, "r": 2}.items()}
