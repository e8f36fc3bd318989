"""Every layer, loss and optimizer beside PyTorch: forward, backward, and training steps in float32."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.conformance.cases import INFOS, FakeInfo, examples, loss_batch, loss_cases, run_of, show
from tests.conformance.test_layers import CASES as LAYER_CASES
from tests.parity.references import ACTIVATIONS, LAYERS, LOSSES, NO_EQUIVALENT, OPTIMIZERS, Reference
from vitrine.core.activations.base import Activation
from vitrine.core.activations.softmax import Softmax
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import Optimizer, OptimizerState
from vitrine.core.spec import Registry

STEPS = 20
ONCE, AFTER_STEPS = 1e-4, 2e-4  # relative to the largest value of the array


@pytest.fixture(scope="session")
def ref(torch: ModuleType) -> Reference:
    return Reference(torch)


def same(ours: np.ndarray, theirs: Any, what: str, relative: float = ONCE) -> None:
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape, what
    scale = max(float(np.abs(theirs).max(initial=0.0)), 1e-6)
    error = float(np.abs(ours - theirs).max(initial=0.0)) / scale
    assert error < relative, f"{what} differs by {error:.1e} of its largest value"


@pytest.mark.parametrize(
    "registry, table",
    [(Layer.registry, LAYERS), (Activation.registry, ACTIVATIONS), (Loss.registry, LOSSES), (Optimizer.registry, OPTIMIZERS)],
    ids=["layer", "activation", "loss", "optimizer"],
)
def test_every_type_has_a_reference(registry: Registry, table: dict[str, Any]) -> None:
    """A type of its own file needs no second one: without a counterpart here it is left out in so many words."""
    missing = [name for name in registry.names() if name not in table and name not in NO_EQUIVALENT]
    if missing:
        pytest.skip(
            f"not compared with PyTorch, only numerically in tests/conformance: {missing}; tests/parity/references.py has no counterpart"
        )
    assert set(table) <= set(registry.names()), "a counterpart of a type that is no more"


def counterpart(table: dict[str, Any], name: str) -> Any:
    """What PyTorch has like the type of that name, or a skip that says that nothing is known."""
    if name not in table:
        pytest.skip(f"tests/parity/references.py has no counterpart of {name}; its gradient is checked in tests/conformance")
    return table[name]


@pytest.mark.parametrize("layer", LAYER_CASES, ids=show)
@pytest.mark.parametrize("training", [True, False], ids=["training", "predicting"])
def test_layer(ref: Reference, layer: Layer, training: bool) -> None:
    run = run_of(layer)
    y = run.forward(training)
    inputs = [ref.torch.tensor(x, requires_grad=True) for x in run.inputs]
    params = {name: ref.torch.tensor(p, requires_grad=True) for name, p in run.params.items()}
    theirs = counterpart(LAYERS, type(layer).__name__)(ref, layer, params, inputs, y, training)
    same(y, theirs, "output")
    if not training:
        return
    dy = np.random.default_rng(3).standard_normal(y.shape).astype(np.float32)
    dinputs = run.backward(dy)
    (theirs * ref.torch.tensor(dy)).sum().backward()
    for i, (dx, x) in enumerate(zip(dinputs, inputs)):
        if dx is not None:
            same(dx, x.grad if x.grad is not None else ref.torch.zeros_like(x), f"gradient of input {i}")
    for name, grad in run.grads.items():
        same(grad, params[name].grad, f"gradient of {name}")


@pytest.mark.parametrize("layer", [c for c in LAYER_CASES if run_of(c).params], ids=show)
def test_layer_trained(ref: Reference, layer: Layer) -> None:
    """Gradient descent on the parameters towards random targets."""
    run = run_of(layer)
    inputs = [ref.torch.tensor(x) for x in run.inputs]
    params = {name: ref.torch.tensor(p, requires_grad=True) for name, p in run.params.items()}
    optimizer = ref.torch.optim.SGD(params.values(), 0.05)
    target = (
        np.random.default_rng(8).standard_normal((len(run.inputs[0]), *layer.output_shape(*type(layer).example_shapes))).astype(np.float32)
    )
    for _ in range(STEPS):
        y = run.forward()
        theirs = counterpart(LAYERS, type(layer).__name__)(ref, layer, params, inputs, y, True)
        optimizer.zero_grad()
        ((theirs - ref.torch.tensor(target)) ** 2).mean().backward()
        optimizer.step()
        run.backward((y - target) * np.float32(2 / y.size))
        for name, p in run.params.items():
            p -= np.float32(0.05) * run.grads[name]
    for name, p in run.params.items():
        same(p, params[name], name, AFTER_STEPS)


@pytest.mark.parametrize(
    "loss, info", loss_cases(), ids=[f"{show(loss)}-{next(k for k, v in INFOS.items() if v is info)}" for loss, info in loss_cases()]
)
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_loss(ref: Reference, loss: Loss, info: FakeInfo, size: float) -> None:
    outputs, targets = loss_batch(loss, info)
    outputs *= np.float32(size)
    value, grad = loss.value_and_grad(outputs, targets, Workspace())
    y = ref.torch.tensor(outputs, requires_grad=True)
    theirs = counterpart(LOSSES, type(loss).__name__)(ref, loss, y, ref.torch.tensor(targets))
    theirs.backward()
    assert value == pytest.approx(theirs.item(), rel=ONCE, abs=1e-7)
    assert grad is not None
    same(grad, y.grad, "gradient")


@pytest.mark.parametrize("optimizer", [o for o in examples(Optimizer.registry) if type(o).__name__ not in NO_EQUIVALENT], ids=show)
def test_optimizer(ref: Reference, optimizer: Optimizer) -> None:
    """A small classifier through 5 and 20 steps, each on its own batch."""
    network = Network(GraphSpec.chain(Input(), Dense(units=8, activation="Tanh"), Dense(units=3)), (6,), link=Softmax, seed=2)
    state, loss, work = OptimizerState(optimizer, network.params.size), Loss.from_json("CategoricalCrossEntropy"), Workspace()
    w = {name: ref.torch.tensor(view.copy(), requires_grad=True) for name, view in network.views.items()}
    theirs = counterpart(OPTIMIZERS, type(optimizer).__name__)(ref, optimizer, list(w.values()))
    rng = np.random.default_rng(4)
    for step in range(1, STEPS + 1):
        x, t = rng.standard_normal((16, 6)).astype(np.float32), rng.integers(0, 3, 16)
        value, grad = loss.value_and_grad(network.forward(x, training=True), t, work)
        assert grad is not None
        network.backward(grad)
        state.apply(network.params, network.grads, optimizer.learning_rate)
        theirs.zero_grad()
        hidden = (ref.torch.tensor(x) @ w["dense_1/W"] + w["dense_1/b"]).tanh()
        reference = ref.F.cross_entropy(hidden @ w["dense_2/W"] + w["dense_2/b"], ref.torch.tensor(t))
        reference.backward()
        theirs.step()
        assert value == pytest.approx(reference.item(), rel=ONCE)
        if step in (5, STEPS):
            for name, view in network.views.items():
                same(view, w[name], f"{name} after {step} steps", ONCE if step == 5 else AFTER_STEPS)
