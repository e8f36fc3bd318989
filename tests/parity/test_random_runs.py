"""Random graphs beside PyTorch: some steps of training with any optimizer, clipping and penalty, in float64, where rounding hides nothing.

VITRINE_EXAMPLES=500 tries that many; seeds of hypothesis differ at every run outside CI.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st
from random_graphs import networks

from tests.parity.references import LAYERS, NO_EQUIVALENT, OPTIMIZERS, Reference
from tests.parity.test_parity import ref  # noqa: F401  (a fixture)
from tests.parity.test_runs import PENALTY
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Layer, Shape
from vitrine.core.layers.recurrent import Recurrent
from vitrine.core.losses.mean_squared_error import MeanSquaredError
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import Optimizer, OptimizerState
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.rng import generator
from vitrine.core.training.settings import Clipping

EXAMPLES = int(os.environ.get("VITRINE_EXAMPLES", "25"))
STEPS, BATCH = 6, 5
MOST = 1e6  # values above it: a network that explodes compares rounding
TOLERANCE = 1e-5  # of the largest value; GELU and others differ by 1e-7 in PyTorch

OURS = [cls() for cls in Optimizer.registry if not cls.full_batch and cls.__name__ not in NO_EQUIVALENT and cls.__name__ in OPTIMIZERS]
PENALTIES = [cls() for cls in Regularizer.registry if cls.__name__ in PENALTY]
CLIPPINGS = [Clipping(), Clipping(value=0.01), Clipping(norm=0.05), Clipping(value=0.05, norm=0.04)]


def known(layer: Layer) -> bool:
    """Whether PyTorch can be told to do the same: noise inside a recurrence can't be read off its output."""
    return type(layer).__name__ in LAYERS and not (isinstance(layer, Recurrent) and layer.activation.random)


def theirs_of(ref: Reference, network: Network, w: dict[str, Any], x: np.ndarray) -> Any:  # noqa: F811
    """The same graph in PyTorch, on tensors of its own; what was drawn at random is read off ours."""
    found: list[Any] = []
    for step in network.steps:
        inputs = [found[s] for s in step.sources] or [ref.torch.tensor(x)]
        params = {name: w[f"{step.id}/{name}"] for name in step.params}
        found.append(LAYERS[type(step.layer).__name__](ref, step.layer, params, inputs, network.output_of(step.id).copy(), True))
    return found[-1]


@pytest.mark.timeout(300 + EXAMPLES)
@given(networks(), st.sampled_from(OURS), st.sampled_from(CLIPPINGS), st.sampled_from(PENALTIES), st.integers(0, 10_000))
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_random_graphs_learn_as_in_pytorch(
    ref: Reference,  # noqa: F811
    case: tuple[GraphSpec, Shape, dict[str, Shape]],
    optimizer: Optimizer,
    clipping: Clipping,
    penalty: Regularizer,
    seed: int,
) -> None:
    graph, input_shape, _ = case
    assume(all(known(node.layer) for node in graph.nodes))
    event(type(optimizer).__name__)
    torch, network = ref.torch, Network(graph, input_shape, dtype=np.float64, seed=seed)
    network.set_rng(generator(seed, "noise"))
    rng = generator(seed, "data")
    for view in network.views.values():
        view += rng.uniform(-0.1, 0.1, view.shape)
    w = {name: torch.tensor(view.copy(), requires_grad=True) for name, view in network.views.items()}
    weights = [name for name, param in network.specs.items() if param.is_weight]
    state, work = OptimizerState(optimizer, network.params.size, np.float64), Workspace(np.float64)
    theirs = OPTIMIZERS[type(optimizer).__name__](ref, optimizer, list(w.values()))
    for step in range(STEPS):
        x, target = rng.standard_normal((BATCH, *input_shape)), rng.standard_normal((BATCH, 2))
        value, grad = MeanSquaredError().value_and_grad(network.forward(x, training=True), target, work)
        assume(np.isfinite(value) and value < MOST)
        reference = ref.F.mse_loss(theirs_of(ref, network, w, x), torch.tensor(target))
        note(f"step {step}: {value} beside {reference.item()}")
        assert abs(value - reference.item()) <= TOLERANCE * max(1.0, abs(value))
        theirs.zero_grad()
        (reference + sum(PENALTY[type(penalty).__name__](penalty, w[name]) for name in weights)).backward()
        network.backward(grad)
        for name in weights:
            penalty.add_gradient(network.params[network.slices[name]], network.grads[network.slices[name]], work)
        for name, tensor in w.items():
            if tensor.grad is None:  # nothing leads from it to the loss
                tensor.grad = torch.zeros_like(tensor)
            scale = max(1e-3, float(np.abs(network.grads).max()))
            error = float(np.abs(network.grad_views[name] - tensor.grad.numpy()).max()) / scale
            assert error <= TOLERANCE, f"gradient of {name} at step {step} differs by {error:.1e}"
        clipping.clip(network.grads)
        if clipping.value is not None:
            torch.nn.utils.clip_grad_value_(w.values(), clipping.value)
        if clipping.norm is not None:
            torch.nn.utils.clip_grad_norm_(w.values(), clipping.norm)
        state.apply(network.params, network.grads, optimizer.learning_rate)
        theirs.step()
        for name, view in network.views.items():  # what differs by rounding stays so
            np.testing.assert_allclose(view, w[name].detach().numpy(), rtol=1e-3, atol=1e-4, err_msg=f"{name} after step {step}")
            w[name].data.copy_(torch.tensor(view))
