"""What a run will take before anything of it is allocated: memory, the time of a step, the time to draw the first weights.

Estimates, from shapes alone. Memory comes out within a factor of two of what the examples take (a test holds that); times
are those of one thread of an ordinary machine of 2020 and may be off by three or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from vitrine.core.layers.base import Shape
from vitrine.core.network.analysis import Analysis
from vitrine.core.network.cost import Cost
from vitrine.core.optimizers.base import Optimizer

VALUE = 4  # bytes of a float32

# One thread, NumPy with OpenBLAS and AVX2; measured on the examples.
MULTIPLY_ADDS = 12e9  # a second, in products large enough
CALL = 12e-6  # seconds for a layer's calls, forward and back, beside their arithmetic
STEP = 40e-6  # seconds for what a step costs beside its layers
TOUCH = 1e-9  # seconds to read and write a value once more


@dataclass(frozen=True)
class Load:
    """What data and settings bring: examples in a batch, in the largest batch of an evaluation, in the two parts at work."""

    batch: int
    evaluated: int
    train: int
    validation: int
    targets: int  # values of an example's target


def estimate(analysis: Analysis, load: Load, optimizer: Optimizer, copies: int = 1, copied_epoch: int = 0) -> Cost:
    """The cost of a run of a graph without faults. copies: of all parameters that the run keeps beside the network's own.

    copied_epoch: bytes up to which an epoch's examples are copied in their order.
    """
    count, output = analysis.total_params, prod(analysis.output_shape or (1,))
    slots = optimizer.held_values(count) / count if count else 0.0
    sums = _Sums()
    for node_id in analysis.order:
        if node_id in analysis.shapes:
            sums.add(analysis, node_id, load, 2 + copies + slots)
    seconds = (
        STEP
        + optimizer.passes * (CALL * sums.calls + 3 * load.batch * analysis.total_multiply_adds / MULTIPLY_ADDS)
        + TOUCH * (3 * optimizer.passes * sums.touched + (2 + copies + slots) * count)
    )
    return Cost(
        weights=2 * VALUE * count,
        optimizer=VALUE * int((slots + copies) * count),
        buffers=VALUE * (sums.buffers + 4 * load.batch * output + 5 * load.validation * output),
        data=_data(prod(_input_shape(analysis)), load, copied_epoch),
        drawing=VALUE * sums.drawing,
        seconds=seconds,
        batch=load.batch,
        nodes=sums.nodes,
        node_seconds={
            n: optimizer.passes * (CALL * c + 3 * load.batch * analysis.multiply_adds.get(n, 0) / MULTIPLY_ADDS)
            for n, c in sums.node_calls.items()
        },
        drawing_seconds=sums.drawing_seconds,
    )


class _Sums:
    """What is added up over the layers, in the order in which the data takes them."""

    def __init__(self) -> None:
        self.nodes: dict[str, int] = {}
        self.node_calls: dict[str, int] = {}
        self.drawing_seconds: dict[str, float] = {}
        self.buffers = self.drawing = self.calls = self.touched = 0
        self._learnt: set[str] = set()  # layers with parameters upstream, or of their own

    def add(self, analysis: Analysis, node_id: str, load: Load, per_parameter: float) -> None:
        layer, params = analysis.graph[node_id].layer, analysis.params.get(node_id, {}).values()
        shapes: list[Shape] = analysis.input_shapes(node_id) or [analysis.shapes[node_id]]  # an Input gives what it gets
        asked = any(source in self._learnt for source in analysis.graph.sources(node_id))
        if asked or params:
            self._learnt.add(node_id)
        values = layer.forward_values(max(load.batch, load.evaluated), *shapes)
        values += layer.backward_values(load.batch, *shapes, needs_input_grad=asked)
        if len(shapes) > 1 and asked:  # the network copies what goes back to several
            values += load.batch * sum(prod(shape) for shape in shapes)
        own = sum(p.size for p in params)
        self.nodes[node_id] = VALUE * (values + int(own * per_parameter))
        self.node_calls[node_id] = layer.calls(*shapes)
        self.buffers += values
        self.calls += self.node_calls[node_id]
        self.touched += load.batch * prod(analysis.shapes[node_id])
        drawn = [(p, p.initializer) for p in params if p.initializer is not None]
        self.drawing = max([self.drawing, *(i.drawn_values(p.shape) for p, i in drawn)])
        self.drawing_seconds[node_id] = sum(i.multiply_adds(p.shape) / MULTIPLY_ADDS + 20 * TOUCH * p.size for p, i in drawn)


def _input_shape(analysis: Analysis) -> Shape:
    entry = next((n for n in analysis.order if not analysis.graph.sources(n)), None)
    return analysis.shapes.get(entry, ()) if entry is not None else ()


def _data(inputs: int, load: Load, copied_epoch: int) -> int:
    """Bytes of the examples: those that train, with their targets, and those that judge; a copy of small epochs in order."""
    example = VALUE * inputs
    total = (load.train + load.validation) * example + load.train * VALUE * load.targets
    if load.train * example <= copied_epoch and load.batch < load.train:
        total += load.train * (example + VALUE * load.targets)
    return total
