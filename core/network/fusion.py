"""What runs as one: neighboring layers of a network whose results are the same, and cheaper, when joined.

Two rules, each for a layer whose only consumer is the next. A layer that `pools_first`, followed by one whose `halves` says
that it takes the largest of every 2 x 2 square, pools before bias and activation, which then run on a quarter of the values:
f(max z + b) = max f(z + b) for an activation that is `rising`. One that `splits`, with an activation that `clips_below_zero`,
followed by a layer that `drops`, shares one mask with it, forward and back. The gradients are those of the single
layers; only rounding may differ. What a joined layer alone would give is worked out when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vitrine.core.kernels.elementwise import relu_dropout, relu_dropout_backward
from vitrine.core.layers.base import Arrays, Context, Layer, activate, activate_backward


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
        """The layer's output."""
        self.ctx.training = training
        return self.layer.forward(self.params, inputs, self.ctx)

    def backward(self, dy: np.ndarray) -> list[np.ndarray | None]:
        """dL/dinput for each input; fills the gradients."""
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
        last, layer = self.drop or self.pool, self.head.layer
        assert last is not None and layer.output_activation is not None, "a chain of one node is a Step"
        self.index, self.sources = last.index, self.head.sources
        self._activation = layer.output_activation
        self._linear_backward: Callable[..., list[np.ndarray | None]] = layer.linear_pooled_backward if self.pool else layer.linear_backward
        self._rate: float | None = None  # of the dropout that the last forward pass joined

    @property
    def hidden(self) -> list[int]:
        """The nodes whose own output is never made."""
        return [step.index for step in (self.head, self.pool) if step is not None and step.index != self.index]

    def forward(self, inputs: list[np.ndarray], training: bool) -> np.ndarray:
        """The output of the chain's last node."""
        head, drop = self.head, self.drop
        ctx = head.ctx
        ctx.training = training
        z = head.layer.linear_pooled(head.params, inputs, self.size, ctx) if self.pool else head.layer.linear(head.params, inputs, ctx)
        self._rate = None
        if drop is not None and training:
            drop.ctx.training = training
            found = drop.layer.mask(z.shape, drop.ctx)
            if found is not None:
                mask, self._rate = found
                ctx.saved["dropped"] = relu_dropout(z, mask, self._rate, ctx)
                return z
        return activate(self._activation, z, head.params, ctx)

    def backward(self, dy: np.ndarray) -> list[np.ndarray | None]:
        """dL/dinput of the chain's head from dL/doutput of its last node."""
        head, ctx = self.head, self.head.ctx
        if self._rate is not None:
            dz = relu_dropout_backward(dy, ctx.saved["dropped"], self._rate, ctx)
        else:
            dz = activate_backward(self._activation, dy, head.params, head.grads, ctx)
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
    layer, activation = head.layer, head.layer.output_activation
    if activation is None:
        return None
    pool = drop = None
    size = (0, 0)
    following = _only(consumers[head.index])
    if layer.pools_first and activation.rising and following is not None and following.layer.halves(shapes[head.id]):
        pool = following
        size = (shapes[pool.id][0], shapes[pool.id][1])
        following = _only(consumers[pool.index])
    joinable = pool is not None or layer.splits
    if joinable and activation.clips_below_zero and following is not None and following.layer.drops:
        drop = following
    return Chain(head, pool, drop, size) if pool or drop else None


def _only(steps: list[Step]) -> Step | None:
    return steps[0] if len(steps) == 1 and len(steps[0].sources) == 1 else None
