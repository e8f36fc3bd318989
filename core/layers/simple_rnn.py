"""The simple recurrent layer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.kernels.recurrent.cells import rnn_backward, rnn_forward
from vitrine.core.kernels.recurrent.gates import outer_over_time, stack, unstack
from vitrine.core.kernels.recurrent.unrolled import Unrolled, Upstream
from vitrine.core.layers.base import Arrays, Context
from vitrine.core.layers.recurrent import Bench, Recurrent


class SimpleRNN(Recurrent):
    """h_t = f(x_t W + h_{t-1} U + b), with x (N, T, F). Elman, 1990."""

    title: ClassVar[str] = "Simple RNN"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Reads a sequence step by step into one state. Forgets soon: gradients vanish over many steps."
    formula: ClassVar[str] = "h_t = f(x_t W + h_{t-1} U + b)"

    def _weights(self, params: Arrays, ctx: Context) -> tuple[np.ndarray, ...]:
        return (stack(ctx, params["W"], params["U"], params["b"], (0,)),)

    def _run(self, weights: tuple[np.ndarray, ...], unrolled: Unrolled, bench: Bench) -> None:
        rnn_forward(unrolled, weights[0], bench.inner)

    def _run_back(self, recurrent: np.ndarray, grads: Arrays, unrolled: Unrolled, upstream: Upstream, bench: Bench) -> None:
        rnn_backward(unrolled, recurrent, bench.inner, upstream)
        unstack(outer_over_time(bench, "dstacked", unrolled.dz, unrolled.xh[:-1]), grads["W"], grads["U"], grads["b"], (0,))
