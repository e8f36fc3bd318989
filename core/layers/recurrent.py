"""What recurrent layers share: shapes, settings, buffers, and the way to look at them over time."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.activations.base import Activation
from core.errors import Hint, ShapeError
from core.initializers.base import Initializer
from core.kernels.recurrent import Unrolled, Upstream, input_grad, outputs, start, unroll
from core.layers.base import Arrays, Context, Layer, Shape
from core.params import Param
from core.regularizers.base import Regularizer
from core.spec import hp

# Those whose slope follows from their value: back-propagation through time then need not keep pre-activations.
ACTIVATIONS = ("tanh", "ReLU", "sigmoid", "linear")


class Recurrent(Layer, abstract=True):
    """x (N, T, F) to h_T (N, units), or with `return_sequences` to all h (N, T, units); h_0 = 0.

    W (F, k units), U (units, k units), b (k units) for the k gates, in the order a subclass names. With `reverse` the sequence
    is read from its end; output t still belongs to input t. After a forward pass `over_time` gives states and gates.
    Raises ShapeError for anything but sequences.
    """

    group: ClassVar[str] = "Recurrent"
    gates: ClassVar[tuple[str, ...]] = ("h",)
    rows: ClassVar[int] = 1  # blocks of units rows that the kernel keeps a step
    extra: ClassVar[tuple[str, ...]] = ()  # further arrays that the kernel keeps a step
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"units": 3},
        {"units": 2, "return_sequences": True},
        {"units": 3, "reverse": True, "activation": "sigmoid"},
        {"units": 4, "reverse": True, "return_sequences": True, "activation": "ReLU"},
        {"units": 1},
        {"units": 2, "activation": "linear", "recurrent_initializer": {"type": "Orthogonal", "gain": 0.3}},
    )
    example_shapes: ClassVar[tuple[Shape, ...]] = ((5, 4),)

    units: int = hp(32, "Length of the hidden state", minimum=1, maximum=100_000)
    activation: str = hp("tanh", "Function that makes the new state", choices=ACTIVATIONS)
    return_sequences: bool = hp(False, "Give the state of every step, for a further recurrent layer; else of the last")
    reverse: bool = hp(False, "Read the sequence from its end")
    initializer: Initializer = hp("GlorotUniform", "First values of the input weights W", registry="initializer")
    recurrent_initializer: Initializer = hp(
        "Orthogonal", "First values of the recurrent weights U", registry="initializer", label="Recurrent initializer", advanced=True
    )
    bias_initializer: Initializer = hp("Zeros", "First values of the biases", registry="initializer", label="Bias initializer", advanced=True)
    regularizer: Regularizer = hp("NoPenalty", "Penalty on large weights of this layer alone", registry="regularizer", advanced=True)

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            text = f"takes a sequence (steps × features), got {' × '.join(map(str, shape)) or 'one number'}"
            missing = len(shape) == 1
            raise ShapeError(text, Hint("insert_before", f"Insert {'Embedding' if missing else 'Flatten'}", value="Embedding") if missing else None)
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        features, width = shapes[0][-1], self.units * len(self.gates)
        return {
            "W": Param((features, width), self.initializer, features, width, is_weight=True),
            "U": Param((self.units, width), self.recurrent_initializer, self.units, width, is_weight=True),
            "b": Param((width,), self.bias_initializer, features, width),
        }

    def multiply_adds(self, *shapes: Shape) -> int:
        steps, features = shapes[0]
        return steps * (features + self.units) * self.units * len(self.gates)

    @property
    def output_activation(self) -> Activation | None:
        return None  # part of the recurrence: it can't be taken off

    # running
    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        x = inputs[0]
        unrolled = self._unrolled(x, ctx)
        start(unrolled, x, self.reverse)
        self._run(params, unrolled, ctx)
        shape = (len(x), x.shape[1], self.units) if self.return_sequences else (len(x), self.units)
        return outputs(unrolled, ctx.buffer("y", shape), self.reverse)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        unrolled = ctx.saved["unrolled"]
        self._run_back(params, grads, unrolled, Upstream(unrolled, dy, self.reverse), ctx)
        if not ctx.needs_input_grad:
            return [None]
        weights, dz = self._input_weights(params, unrolled, ctx)
        return [input_grad(ctx, weights, dz, self.reverse)]

    def _unrolled(self, x: np.ndarray, ctx: Context) -> Unrolled:
        """Buffers for this batch: kept for its size, made anew where the workspace had to grow."""
        batch, steps, features = x.shape
        known: dict[Shape, Unrolled] = ctx.saved.setdefault("by_size", {})
        shape = (steps + 1, features + 1 + self.units, batch)
        unrolled = known.get(x.shape)
        if unrolled is None or unrolled.xh is not ctx.buffer("xh", shape):
            unrolled = known[x.shape] = unroll(ctx, steps, batch, features, self.units, self.rows, self.extra)
        ctx.saved["unrolled"] = unrolled
        return unrolled

    def _run(self, params: Arrays, unrolled: Unrolled, ctx: Context) -> None:
        """All steps forward."""
        raise NotImplementedError(type(self).__name__)

    def _run_back(self, params: Arrays, grads: Arrays, unrolled: Unrolled, upstream: Upstream, ctx: Context) -> None:
        """All steps back: `unrolled.dz` and the parameters' gradients."""
        raise NotImplementedError(type(self).__name__)

    def _input_weights(self, params: Arrays, unrolled: Unrolled, ctx: Context) -> tuple[np.ndarray, np.ndarray]:
        """W and the gradients (T, R, N) that reach the inputs through it."""
        return params["W"], unrolled.dz

    # looking
    def over_time(self, ctx: Context) -> Arrays:
        """States and gates of the last forward pass by name, each (N, T, units), step t belonging to input t; views, not copies."""
        unrolled = ctx.saved["unrolled"]
        found = {"hidden": unrolled.hidden} | self._gates_over_time(unrolled)
        across = {name: array.transpose(2, 0, 1) for name, array in found.items()}
        return {name: array[:, ::-1] if self.reverse else array for name, array in across.items()}

    def _gates_over_time(self, unrolled: Unrolled) -> Arrays:
        return {}

    def state_grads(self, ctx: Context) -> Arrays:
        """dL/d(pre-activations) of the last backward pass, (N, T, rows): its norm by step shows a vanishing gradient."""
        across = ctx.saved["unrolled"].dz.transpose(2, 0, 1)
        return {"gates": across[:, ::-1] if self.reverse else across}
