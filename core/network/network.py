"""The runtime of a graph: one flat parameter vector, one gradient vector, and the walk forward and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.activations.linear import Linear
from vitrine.core.errors import GraphError
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.threads import single_blas
from vitrine.core.kernels.workspace import aligned_empty
from vitrine.core.layers.base import Arrays, Context
from vitrine.core.network.analysis import Analysis, analyze
from vitrine.core.network.fusion import Chain, Stage, Step, plan
from vitrine.core.network.graph import GraphSpec
from vitrine.core.rng import generator


class Network:
    """Forward, backward and predict for one graph and input shape; only one thread may use it at a time.

    link: the type of the activation that a loss wants taken off the output (softmax for categorical
    cross-entropy). `forward` then gives logits, `predict` and `activations` the link's result.
    fused: let `vitrine.core.network.fusion` join layers; results are the same up to rounding.
    Raises GraphError where the graph has problems.
    """

    def __init__(
        self,
        graph: GraphSpec,
        input_shape: tuple[int, ...],
        *,
        link: type[Activation] = Linear,
        seed: int = 0,
        dtype: Any = np.float32,
        analysis: Analysis | None = None,
        fused: bool = True,
    ) -> None:
        single_blas()
        self.graph = graph
        self.input_shape = tuple(input_shape)
        self.dtype = np.dtype(dtype)
        self.analysis = analysis if analysis is not None else analyze(graph, input_shape)
        faults = self.analysis.errors
        if faults:
            raise GraphError(str(faults[0]))
        assert self.analysis.output is not None
        self.output = self.analysis.output
        self.link = link()
        self.seed = seed
        needed = graph.ancestors(self.output)
        self._order = [n for n in self.analysis.order if n in needed]
        self._allocate()
        self._build()
        self._stages: list[Stage] = plan(self.steps, self.analysis.shapes) if fused else list(self.steps)
        self._hidden = {i: stage.index for stage in self._stages if isinstance(stage, Chain) for i in stage.hidden}
        self.initialize(seed)

    # parameters
    def _allocate(self) -> None:
        """One vector without gaps: a gap would be written to by optimizers and seen by norms. Aligned starts gained no speed."""
        self.slices: dict[str, slice] = {}
        self.specs: dict[str, Param] = {}
        position = 0
        for node_id in self._order:
            for name, param in self.analysis.params[node_id].items():
                key = f"{node_id}/{name}"
                self.specs[key] = param
                self.slices[key] = slice(position, position + param.size)
                position += param.size
        self.params = aligned_empty(position, self.dtype)
        self.grads = aligned_empty(position, self.dtype)
        self.params.fill(0)
        self.grads.fill(0)
        self.views: Arrays = {k: self.params[s].reshape(self.specs[k].shape) for k, s in self.slices.items()}
        self.grad_views: Arrays = {k: self.grads[s].reshape(self.specs[k].shape) for k, s in self.slices.items()}

    def _build(self) -> None:
        self.state: Arrays = {}
        self.steps: list[Step] = []
        where = {node_id: i for i, node_id in enumerate(self._order)}
        for node_id in self._order:
            layer = self.graph[node_id].layer
            shapes = self.analysis.input_shapes(node_id) or [self.input_shape]
            own = {name: np.full(s.shape, s.start, self.dtype) for name, s in layer.state_shapes(*shapes).items()}
            self.state.update({f"{node_id}/{name}": array for name, array in own.items()})
            if node_id == self.output and type(layer.output_activation) is type(self.link):
                layer = layer.linearized()
            names = list(self.analysis.params[node_id])
            params = {name: self.views[f"{node_id}/{name}"] for name in names}
            grads = {name: self.grad_views[f"{node_id}/{name}"] for name in names}
            sources = tuple(where[s] for s in self.graph.sources(node_id))
            self.steps.append(Step(node_id, layer, sources, params, grads, Context(self.dtype, own), len(self.steps)))
        # a gradient is needed only where something with parameters lies upstream
        upstream = [False] * len(self.steps)
        for i, step in enumerate(self.steps):
            upstream[i] = bool(step.params) or any(upstream[s] for s in step.sources)
            step.ctx.needs_input_grad = any(upstream[s] for s in step.sources)
        self._outputs: list[np.ndarray] = [np.empty(0)] * len(self.steps)
        self._first_grad = next((i for i, up in enumerate(upstream) if up), len(self.steps))

    def initialize(self, seed: int) -> None:
        """Draw the first weights: each layer from a stream of its own name, so that others don't change with it."""
        self.seed = seed
        for key, param in self.specs.items():
            view = self.views[key]
            if param.initializer is None:
                view.fill(param.start)
            else:
                view[...] = param.initializer.sample(generator(seed, "init", key), param.shape, param.fan_in, param.fan_out)
        for step in self.steps:
            shapes = self.analysis.input_shapes(step.id) or [self.input_shape]
            for name, state in step.layer.state_shapes(*shapes).items():
                step.ctx.state[name].fill(state.start)

    def set_rng(self, rng: np.random.Generator | None) -> None:
        """The generator that dropout and other noise draws from."""
        for step in self.steps:
            step.ctx.rng = rng

    @property
    def param_count(self) -> int:
        """Number of parameters."""
        return sum(p.size for p in self.specs.values())

    def arrays(self) -> Arrays:
        """Copies of all parameters and states, by name: what a file holds."""
        return {k: v.copy() for k, v in {**self.views, **self.state}.items()}

    def load_arrays(self, arrays: Arrays) -> list[str]:
        """Take over what fits by name and shape; the names taken."""
        taken = []
        for key, target in {**self.views, **self.state}.items():
            array = arrays.get(key)
            if array is not None and array.shape == target.shape:
                target[...] = array
                taken.append(key)
        return taken

    # running
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """The output (logits where the link was taken off) for inputs (N, *input_shape); a buffer, not a copy."""
        return self._walk(self._stages, x, training)

    def _walk(self, stages: Sequence[Stage], x: np.ndarray, training: bool) -> np.ndarray:
        outputs = self._outputs
        for stage in stages:
            sources = stage.sources
            inputs = [outputs[sources[0]]] if len(sources) == 1 else [outputs[s] for s in sources] if sources else [x]
            outputs[stage.index] = stage.forward(inputs, training)
        return outputs[-1]

    def backward(self, dy: np.ndarray) -> None:
        """Fill `grads` from dL/doutput of the last forward pass; `dy` may be overwritten."""
        pending: list[np.ndarray | None] = [None] * len(self.steps)
        pending[-1] = dy
        first = self._first_grad
        for stage in reversed(self._stages):
            grad = pending[stage.index]
            if grad is None or stage.index < first:
                continue
            results = stage.backward(grad)
            shared = len(stage.sources) > 1
            for source, result in zip(stage.sources, results, strict=True):
                if result is None or source < first:
                    continue
                known = pending[source]
                if known is None:
                    # layers with several inputs may return one array for all of them
                    pending[source] = result.copy() if shared else result
                else:
                    known += result

    def passed_on(self, node_id: str) -> np.ndarray:
        """What the node's values came to in the last forward pass: its output, or that of the layers it ran joined with."""
        index = self._order.index(node_id)
        return self._outputs[self._hidden.get(index, index)]

    def penalty(self) -> float:
        """What layers add to the objective for the last batch in training."""
        return sum(step.layer.penalty(step.ctx) for step in self.steps if step.layer.penalizes)

    def output_of(self, node_id: str) -> np.ndarray:
        """The node's output in the last forward pass: a buffer, valid until the next pass.

        Layers that ran joined to the next never had one: theirs is worked out now, from the present weights.
        """
        index = self._order.index(node_id)
        if index not in self._hidden:
            return self._outputs[index]
        step = self.steps[index]
        scratch = Context(self.dtype, step.ctx.state)
        scratch.training = step.ctx.training
        return step.layer.forward(step.params, [self.output_of(self._order[s]) for s in step.sources], scratch)

    def predict(self, x: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """Predictions (after the link) for any number of examples, as a fresh array."""
        return self.link(self.outputs(x, batch_size))

    def outputs(self, x: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """What `forward` gives in prediction, for any number of examples, as a fresh array."""
        out: np.ndarray | None = None
        for start in range(0, len(x), batch_size):
            part = self.forward(x[start : start + batch_size])
            if out is None:
                out = np.empty((len(x), *part.shape[1:]), part.dtype)
            out[start : start + batch_size] = part
        return out if out is not None else np.empty((0, *(self.analysis.output_shape or ())), self.dtype)

    def activations(self, x: np.ndarray, nodes: list[str] | None = None) -> Arrays:
        """Copies of the outputs of these nodes (default: all) for one batch, in prediction."""
        wanted = [n for n in (nodes if nodes is not None else self._order) if n in self._order]
        places = {node_id: self._order.index(node_id) for node_id in wanted}
        self._walk(self.steps[: max(places.values(), default=-1) + 1], np.asarray(x, self.dtype), False)
        found = {node_id: self._outputs[place].copy() for node_id, place in places.items()}
        if self.output in found:
            found[self.output] = self.link(found[self.output])
        return found

    @property
    def is_linked(self) -> bool:
        """Whether the last activation is taken together with the loss: more exact, and quicker."""
        return not self.link.identity
