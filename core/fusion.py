"""What runs as one: neighboring layers of a network whose results are the same, and cheaper, when joined.

Two rules, each for a layer whose only consumer is the next. A convolution followed by 2 x 2 max pooling pools before
bias and activation, which then run on a quarter of the values: f(max z + b) = max f(z + b) for an activation that
never falls. ReLU followed by dropout shares one mask, forward and back. The gradients are those of the single
layers; only rounding may differ. What a joined layer alone would give is worked out when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.kernels.elementwise import relu_dropout, relu_dropout_backward
from core.kernels.pooling import halves
from core.layers.base import Arrays, Context, Layer, activate, activate_backward
from core.layers.dropout import Dropout
from core.layers.max_pool2d import MaxPool2D

# Activations that never fall as their input grows.
RISING = ("Linear", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSigmoid", "ELU", "SELU")


@dataclass
class Step:
    """One node at run time. `index` and `sources` are places in the topological order."""

    id: str
    layer: Layer
    sources: tuple[int, ...]
    params: Arrays
    grads: Arrays
    ctx: Context
    index: int = 0

    def forward(self, inputs: list[np.ndarray], training: bool) -> np.ndarray:
        self.ctx.training = training
        return self.layer.forward(self.params, inputs, self.ctx)

    def backward(self, dy: np.ndarray) -> list[np.ndarray | None]:
        return self.layer.backward(self.params, self.grads, dy, self.ctx)


@dataclass
class Chain:
    """A head (Dense, Conv2D, Activation) with its activation, then max pooling and dropout, where there are.

    The head does what comes before its activation: `linear`, or `linear_pooled` with the maxima taken already.
    Stands in the order where its last node stands.
    """

    head: Step
    pool: Step | None = None
    drop: Step | None = None
    size: tuple[int, int] = (0, 0)  # of the pooled image
    index: int = field(init=False)
    sources: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        last = self.drop or self.pool
        assert last is not None, "a chain of one node is a Step"
        self.index, self.sources = last.index, self.head.sources
        layer: Any = self.head.layer
        self._linear: Callable[..., np.ndarray] = layer.linear_pooled if self.pool else layer.linear
        self._linear_backward: Callable[..., list[np.ndarray | None]] = layer.linear_pooled_backward if self.pool else layer.linear_backward
        self._more = (self.size,) if self.pool else ()
        self._dropped = False

    @property
    def hidden(self) -> list[int]:
        """The nodes whose own output is never made."""
        return [step.index for step in (self.head, self.pool) if step is not None and step.index != self.index]

    def forward(self, inputs: list[np.ndarray], training: bool) -> np.ndarray:
        head, drop = self.head, self.drop
        ctx = head.ctx
        ctx.training = training
        z = self._linear(head.params, inputs, *self._more, ctx)
        self._dropped = False
        if drop is not None and training:
            layer: Any = drop.layer
            drop.ctx.training = training
            if layer.active(drop.ctx):
                self._dropped = True
                ctx.saved["dropped"] = relu_dropout(z, layer.draw(z.shape, drop.ctx), layer.rate, ctx)
                return z
        return activate(head.layer.activation, z, head.params, ctx)  # type: ignore[attr-defined]

    def backward(self, dy: np.ndarray) -> list[np.ndarray | None]:
        head, ctx = self.head, self.head.ctx
        if self._dropped:
            dz = relu_dropout_backward(dy, ctx.saved["dropped"], self.drop.layer.rate, ctx)  # type: ignore[union-attr]
        else:
            dz = activate_backward(head.layer.activation, dy, head.params, head.grads, ctx)  # type: ignore[attr-defined]
        return self._linear_backward(head.params, head.grads, dz, ctx)


Stage = Step | Chain


def plan(steps: list[Step], shapes: dict[str, tuple[int, ...]]) -> list[Stage]:
    """The stages to run, in order, each at the place of its last node; `shapes` are the nodes' output shapes."""
    consumers: dict[int, list[Step]] = {step.index: [] for step in steps}
    for step in steps:
        for source in step.sources:
            consumers[source].append(step)
    stages: list[Stage] = []
    taken: set[int] = set()
    for step in steps:
        chain = _chain(step, consumers, shapes)
        if chain is not None:
            taken.update((*chain.hidden, chain.index))
            stages.append(chain)
        elif step.index not in taken:
            stages.append(step)
    return sorted(stages, key=lambda stage: stage.index)


def _chain(head: Step, consumers: dict[int, list[Step]], shapes: dict[str, tuple[int, ...]]) -> Chain | None:
    """The chain that starts at this node, or None."""
    activation = type(getattr(head.layer, "activation", None)).__name__
    pool = drop = None
    size = (0, 0)
    following = _only(consumers[head.index])
    if activation in RISING and _poolable(head.layer, following, shapes[head.id]):
        pool = following
        assert pool is not None
        size = (shapes[pool.id][0], shapes[pool.id][1])
        following = _only(consumers[pool.index])
    joinable = pool is not None or hasattr(head.layer, "linear")
    if activation == "ReLU" and joinable and following is not None and type(following.layer) is Dropout:
        drop = following
    return Chain(head, pool, drop, size) if pool or drop else None  # type: ignore[arg-type]


def _only(steps: list[Step]) -> Step | None:
    return steps[0] if len(steps) == 1 and len(steps[0].sources) == 1 else None


def _poolable(layer: Layer, following: Step | None, shape: tuple[int, ...]) -> bool:
    return (
        hasattr(layer, "linear_pooled")
        and following is not None
        and type(following.layer) is MaxPool2D
        and halves(*following.layer.windows(shape))
    )
