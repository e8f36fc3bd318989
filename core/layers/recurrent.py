"""What recurrent layers share: shapes, settings, buffers, and the way to look at them over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.errors import ShapeError
from vitrine.core.initializers.base import Initializer
from vitrine.core.initializers.param import Param
from vitrine.core.kernels import lanes
from vitrine.core.kernels.recurrent.gates import input_grad
from vitrine.core.kernels.recurrent.unrolled import Unrolled, Upstream, outputs, start, unroll
from vitrine.core.layers.base import Arrays, Context, Layer, Shape, activation_params, turned_into
from vitrine.core.layers.inner_activation import InnerActivation
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.spec import Json, hp

GOOD_SHARE = 128  # sequences that a lane should have: products of fewer are slower, of half as many by a twentieth
LEAST_SHARE = 64  # that lane has where there would be only one else
LEAST_WORK = 16_000_000  # multiply-adds that are worth a lane

BEFORE_TYPES = {"tanh": "Tanh", "ReLU": "ReLU", "sigmoid": "Sigmoid", "linear": "Linear"}  # version 1 named four functions


def _name_type(values: dict[str, Json]) -> dict[str, Json]:
    found = dict(values)
    if isinstance(found.get("activation"), str):
        found["activation"] = BEFORE_TYPES.get(found["activation"], found["activation"])
    return found


class Bench(Context):
    """What one lane works with on its share of the batch."""

    def __init__(self, layer: Recurrent, dtype: Any) -> None:
        super().__init__(dtype)
        self.inner = InnerActivation(layer.activation, dtype)
        self.unrolled: Unrolled
        self._by_size: dict[Shape, Unrolled] = {}

    def unroll(self, layer: Recurrent, shape: Shape) -> Unrolled:
        """Buffers for a share of that shape (N, T, F): kept for its size, made anew where the workspace had to grow."""
        batch, steps, features = shape
        known = self._by_size.get(shape)
        if known is None or known.xh is not self.buffer("xh", (steps + 1, features + 1 + layer.units, batch)):
            known = self._by_size[shape] = unroll(self, steps, batch, features, layer.units, layer.rows, layer.extra)
        self.unrolled = known
        return known


class Recurrent(Layer, abstract=True):
    """x (N, T, F) to h_T (N, units), or with `return_sequences` to all h (N, T, units); h_0 = 0.

    W (F, k units), U (units, k units), b (k units) for the k gates, in the order a subclass names. With `reverse` the sequence
    is read from its end; output t still belongs to input t. After a forward pass `over_time` gives states and gates.
    Raises ShapeError for anything but sequences.
    """

    width_field: ClassVar[str] = "units"
    group: ClassVar[str] = "Recurrent"
    gates: ClassVar[tuple[str, ...]] = ("h",)
    rows: ClassVar[int] = 1  # blocks of units rows that the kernel keeps a step
    extra: ClassVar[tuple[str, ...]] = ()  # further arrays that the kernel keeps a step
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"units": 3},
        {"units": 2, "return_sequences": True},
        {"units": 3, "reverse": True, "activation": "Sigmoid"},
        {"units": 4, "reverse": True, "return_sequences": True, "activation": "ReLU"},
        {"units": 1},
        {"units": 2, "activation": "Linear", "recurrent_initializer": {"type": "Orthogonal", "gain": 0.3}},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 4),)
    version: ClassVar[int] = 2
    upgrades: ClassVar[Mapping[int, Callable[[dict[str, Json]], dict[str, Json]]]] = {1: _name_type}

    units: int = hp(default=32, help="Length of the hidden state", minimum=1, maximum=100_000)
    activation: Activation = hp(default="Tanh", help="Function that makes the new state", registry="activation")
    return_sequences: bool = hp(default=False, help="Give the state of every step, for a further recurrent layer; else of the last")
    reverse: bool = hp(default=False, help="Read the sequence from its end")
    initializer: Initializer = hp(default="GlorotUniform", help="First values of the input weights W", registry="initializer")
    recurrent_initializer: Initializer = hp(
        default="Orthogonal",
        help="First values of the recurrent weights U",
        registry="initializer",
        label="Recurrent initializer",
        advanced=True,
    )
    bias_initializer: Initializer = hp(
        default="Zeros", help="First values of the biases", registry="initializer", label="Bias initializer", advanced=True
    )
    regularizer: Regularizer = hp(
        default="NoPenalty", help="Penalty on large weights of this layer alone", registry="regularizer", advanced=True
    )

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            text = f"takes a sequence (steps × features), got {' × '.join(map(str, shape)) or 'one number'}"
            raise ShapeError(text, turned_into("sequence") if len(shape) == 1 else None)
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        features, width = shapes[0][-1], self.units * len(self.gates)
        return {
            "W": Param((features, width), self.initializer, features, width, is_weight=True),
            "U": Param((self.units, width), self.recurrent_initializer, self.units, width, is_weight=True),
            "b": Param((width,), self.bias_initializer, features, width),
        } | activation_params(self.activation, (self.units,))

    def multiply_adds(self, *shapes: Shape) -> int:
        steps, features = shapes[0]
        return steps * (features + self.units) * self.units * len(self.gates)

    def forward_values(self, batch: int, *shapes: Shape) -> int:
        steps, features = shapes[0]
        states = (steps + 1) * (features + 1 + self.units * (1 + len(self.extra)))
        gates = 2 * steps * self.rows * self.units
        if not self.activation.sloped:  # what an activation keeps at every step: its input, its value and two more
            gates += 4 * steps * self.units * (2 if "c" in self.extra else 1)
        weights = self.rows * self.units * (features + 1 + self.units)
        return (
            batch * (states + gates + 2 * self.units) + 3 * weights + super().forward_values(batch, *shapes)
        )  # weights: in another order, twice their sums

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        steps, features = shapes[0]
        own = batch * steps * features + features * self.rows * self.units if needs_input_grad else 0
        return own + self.rows * self.units * self.units + super().backward_values(batch, *shapes, needs_input_grad=needs_input_grad)

    def calls(self, *shapes: Shape) -> int:
        return 1 + shapes[0][0]

    @property
    def output_activation(self) -> Activation | None:
        return None  # part of the recurrence: it can't be taken off

    # running
    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        shares, benches = self._shares(x.shape, ctx)
        y = ctx.buffer("y", (len(x), x.shape[1], self.units) if self.return_sequences else (len(x), self.units))
        weights = self._weights(params, ctx)

        def work(lane: int, thread: int) -> None:
            bench, part = benches[lane], x[shares[lane]]
            unrolled = bench.unroll(self, part.shape)
            start(unrolled, part, self.reverse)
            bench.inner.begin(params, ctx)
            self._run(weights, unrolled, bench)
            outputs(unrolled, y[shares[lane]], self.reverse)

        lanes.run(work, len(shares))
        return y

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        shares, benches = ctx.saved["shares"]
        dx = ctx.buffer("dx", (*dy.shape[:1], *ctx.saved["shape"])) if ctx.needs_input_grad else None
        recurrent = self._recurrent_weights(params, ctx)
        # each lane fills gradients of its own, the first in place: they are always added up in the same order
        sums = [grads, *({name: bench.buffer(f"grad {name}", grad.shape) for name, grad in grads.items()} for bench in benches[1:])]

        def work(lane: int, thread: int) -> None:
            bench, share = benches[lane], shares[lane]
            unrolled = bench.unrolled
            bench.inner.begin_back()
            self._run_back(recurrent, sums[lane], unrolled, Upstream(unrolled, dy[share], self.reverse), bench)
            bench.inner.give_grads(sums[lane])
            if dx is not None:
                weights, dz = self._input_weights(params, unrolled, bench)
                input_grad(bench, weights, dz, self.reverse, dx[share])

        lanes.run(work, len(shares))
        for other in sums[1:]:
            for name, grad in grads.items():
                grad += other[name]
        return [dx]

    def _shares(self, shape: Shape, ctx: Context) -> tuple[list[slice], list[Bench]]:
        """The parts of the batch that lanes work on, and what with; they do not depend on the number of threads."""
        batch = shape[0]
        count = max(batch // GOOD_SHARE, min(batch // LEAST_SHARE, 2))
        count = min(lanes.LANES, count, batch * self.multiply_adds(shape[1:]) // LEAST_WORK)
        if count < 2 or self.activation.random:  # random numbers are drawn in one order
            shares = [slice(0, batch)]
        else:
            shares = [slice(i * batch // count, (i + 1) * batch // count) for i in range(count)]
        benches: list[Bench] = ctx.saved.setdefault("benches", [])
        while len(benches) < len(shares):
            benches.append(Bench(self, ctx.dtype))
        found = shares, benches[: len(shares)]
        ctx.saved["shares"], ctx.saved["shape"] = found, shape[1:]
        return found

    def _weights(self, params: Arrays, ctx: Context) -> tuple[np.ndarray, ...]:
        """What `_run` takes of the parameters, in the kernel's order: made once for all shares."""
        raise NotImplementedError(type(self).__name__)

    def _run(self, weights: tuple[np.ndarray, ...], unrolled: Unrolled, bench: Bench) -> None:
        """All steps forward, for one share of the batch."""
        raise NotImplementedError(type(self).__name__)

    def _recurrent_weights(self, params: Arrays, ctx: Context) -> np.ndarray:
        """U in the kernel's order, for `_run_back`."""
        return params["U"]

    def _run_back(self, recurrent: np.ndarray, grads: Arrays, unrolled: Unrolled, upstream: Upstream, bench: Bench) -> None:
        """All steps back: `unrolled.dz` and the parameters' gradients."""
        raise NotImplementedError(type(self).__name__)

    def _input_weights(self, params: Arrays, unrolled: Unrolled, bench: Bench) -> tuple[np.ndarray, np.ndarray]:
        """W and the gradients (T, R, N) that reach the inputs through it."""
        return params["W"], unrolled.dz

    # looking
    def over_time(self, ctx: Context) -> Arrays:
        """States and gates of the last forward pass by name, each (N, T, units), step t belonging to input t."""
        return self._across(ctx, lambda unrolled: {"hidden": unrolled.hidden} | self._gates_over_time(unrolled))

    def state_grads(self, ctx: Context) -> Arrays:
        """dL/d(pre-activations) of the last backward pass, (N, T, rows): its norm by step shows a vanishing gradient."""
        return self._across(ctx, lambda unrolled: {"gates": unrolled.dz})

    def _gates_over_time(self, unrolled: Unrolled) -> Arrays:
        return {}

    def _across(self, ctx: Context, read: Callable[[Unrolled], Arrays]) -> Arrays:
        """What `read` finds in each share (T, rows, N), as (N, T, rows) for the whole batch."""
        parts = [read(bench.unrolled) for bench in ctx.saved["shares"][1]]
        found = {name: np.concatenate([part[name] for part in parts], axis=2).transpose(2, 0, 1) for name in parts[0]}
        return {name: array[:, ::-1] if self.reverse else array for name, array in found.items()}
