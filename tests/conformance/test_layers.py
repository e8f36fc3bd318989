"""Every layer, with its defaults and its declared examples, on its declared shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lifetimes import without_collector

from tests.conformance.cases import LayerRun, examples, run_of, shapes_of, show
from vitrine.core.activations.base import Activation
from vitrine.core.errors import ShapeError
from vitrine.core.initializers.param import Param
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.activation import Activation as ActivationLayer
from vitrine.core.layers.base import Layer
from vitrine.core.network.gradcheck import TOLERANCE, check_layer
from vitrine.core.spec import Spec

# each activation stands in the layer of that name: what holds for layers then holds for it, too
CASES: list[Any] = examples(Layer.registry)
CASES += [ActivationLayer(activation=a) for a in examples(Activation.registry) if ActivationLayer(activation=a) not in CASES]
each_layer = pytest.mark.parametrize("layer", CASES, ids=show)

SHAPES = [(1,), (5,), (4, 3), (1, 1), (5, 4, 3), (1, 1, 1), (2, 2, 2, 2)]


def is_random(layer: Layer) -> bool:
    return layer.random or any(v.random for v in vars(layer).values() if isinstance(v, Activation))


def is_differentiable(layer: Layer) -> bool:
    return layer.differentiable and all(v.differentiable for v in vars(layer).values() if isinstance(v, Activation))


def trained(layer: Layer, **kwargs: Any) -> tuple[LayerRun, np.ndarray, list[np.ndarray | None]]:
    """A run after one pass forward and back."""
    run = run_of(layer, **kwargs)
    y = run.forward()
    dy = np.random.default_rng(3).standard_normal(y.shape).astype(y.dtype)
    return run, y, run.backward(dy)


@each_layer
def test_gradient_equals_the_numeric_one(layer: Layer) -> None:
    if not is_differentiable(layer):
        pytest.skip(f"{show(layer)} has no derivative to speak of")
    result = check_layer(layer, shapes_of(layer))
    assert result.checked > 0
    assert result.worst < TOLERANCE, str(result)


@each_layer
def test_shapes_are_as_inferred(layer: Layer) -> None:
    shapes = shapes_of(layer)
    inferred = layer.output_shape(*shapes)
    for batch in (4, 1):
        run, y, dinputs = trained(layer, batch=batch)
        assert y.shape == (batch, *inferred)
        fewest, most = layer.inputs
        assert fewest <= len(shapes) and (most is None or len(shapes) <= max(most, 1))
        assert [dx.shape for dx in dinputs if dx is not None] == [x.shape for x, dx in zip(run.inputs, dinputs) if dx is not None]
    assert isinstance(layer.multiply_adds(*shapes), int) and layer.multiply_adds(*shapes) >= 0
    assert all(isinstance(p, Param) and p.size > 0 for p in layer.param_shapes(*shapes).values())


@each_layer
def test_everything_stays_float32(layer: Layer) -> None:
    run, y, dinputs = trained(layer)
    assert y.dtype == np.float32
    assert {dx.dtype for dx in dinputs if dx is not None} <= {np.dtype(np.float32)}
    assert run.forward(training=False).dtype == np.float32
    stray = sorted({name for name, dtype in run.ctx._flat if dtype == np.float64})
    assert not stray, f"buffers of float64: {stray}"


@each_layer
def test_every_gradient_is_written(layer: Layer) -> None:
    run, y, dinputs = trained(layer)
    assert np.all(np.isfinite(y))
    for name, grad in run.grads.items():
        assert np.all(np.isfinite(grad)), f"{name} is not filled: it kept the NaN it held before"
    assert all(np.all(np.isfinite(dx)) for dx in dinputs if dx is not None)


@each_layer
def test_inputs_and_parameters_are_left_alone(layer: Layer) -> None:
    run = run_of(layer)
    before = [x.copy() for x in run.inputs], {k: p.copy() for k, p in run.params.items()}
    y = run.forward()
    run.backward(np.ones_like(y))
    run.forward(training=False)
    assert all(np.array_equal(x, old) for x, old in zip(run.inputs, before[0]))
    assert all(np.array_equal(p, before[1][k]) for k, p in run.params.items())


@each_layer
def test_same_seed_same_bits(layer: Layer) -> None:
    first, second = trained(layer), trained(layer)
    assert first[1].tobytes() == second[1].tobytes()
    assert [None if d is None else d.tobytes() for d in first[2]] == [None if d is None else d.tobytes() for d in second[2]]
    assert {k: g.tobytes() for k, g in first[0].grads.items()} == {k: g.tobytes() for k, g in second[0].grads.items()}


@each_layer
def test_buffers_hold_nothing_over(layer: Layer) -> None:
    """After a larger and a smaller batch, a pass gives what a fresh layer gives."""
    fresh, y, dinputs = trained(layer, batch=4)
    used = run_of(layer, batch=4)
    state = {k: v.copy() for k, v in used.ctx.state.items()}
    for batch in (7, 2):
        other = run_of(layer, batch=batch, seed=batch)
        used_inputs, used.inputs = used.inputs, other.inputs
        used.backward(used.forward(noise=batch))
        used.inputs = used_inputs
    for k, v in state.items():
        used.ctx.state[k][...] = v
    assert np.array_equal(used.forward(), y)
    again = used.backward(np.random.default_rng(3).standard_normal(y.shape).astype(y.dtype))
    assert all(np.array_equal(a, b) for a, b in zip(again, dinputs) if b is not None)
    assert all(np.array_equal(used.grads[k], g) for k, g in fresh.grads.items())


@each_layer
def test_parameter_gradients_do_not_need_the_input_gradient(layer: Layer) -> None:
    with_dx, y, _ = trained(layer)
    without = run_of(layer)
    without.ctx.needs_input_grad = False
    without.forward()
    without.backward(np.random.default_rng(3).standard_normal(y.shape).astype(y.dtype))
    assert all(np.array_equal(without.grads[k], g) for k, g in with_dx.grads.items())


@each_layer
def test_noise_only_in_training(layer: Layer) -> None:
    run = run_of(layer)
    assert np.array_equal(run.forward(training=False, noise=1), run.forward(training=False, noise=2))
    run = run_of(layer)
    differs = not np.array_equal(run.forward(noise=1), run.forward(noise=2))
    default = all(getattr(layer, f.name) == getattr(type(layer)(), f.name) or f.kind == "spec" for f in layer.fields())
    if differs or default:  # settings such as a rate of zero may switch the noise off
        assert differs == is_random(layer), "the class variable `random` tells another story than forward"


@each_layer
def test_prediction_leaves_the_state_alone(layer: Layer) -> None:
    run = run_of(layer)
    before = {k: v.copy() for k, v in run.ctx.state.items()}
    run.forward(training=False)
    assert all(np.array_equal(v, run.ctx.state[k]) for k, v in before.items())
    training, predicting = run_of(layer).forward(True), run_of(layer).forward(False)
    if not is_random(layer) and not before:
        assert np.array_equal(training, predicting), "differs in training though it is neither random nor has a state"


@each_layer
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_shape_fits_or_is_refused_in_words(layer: Layer, shape: tuple[int, ...]) -> None:
    shapes = (shape,) * max(1, layer.inputs[0])
    try:
        found = layer.output_shape(*shapes)
        params = layer.param_shapes(*shapes)
    except ShapeError as error:
        assert str(error)
        assert error.field is None or layer.field(error.field)
        return
    assert isinstance(found, tuple) and all(isinstance(n, int) and n > 0 for n in found), found
    assert all(n > 0 for p in params.values() for n in p.shape)


@each_layer
def test_linearized_gives_logits(layer: Layer) -> None:
    activation = layer.output_activation
    if activation is None:
        pytest.skip("no activation that can be taken off")
    bare = layer.linearized()
    assert type(bare.output_activation).__name__ == "Linear"
    run = run_of(layer)
    whole = run.forward(training=False)
    run.layer = bare
    logits = run.forward(training=False)
    if not activation.learnt:
        np.testing.assert_allclose(activation(logits), whole, rtol=1e-5, atol=1e-6)


def test_layers_are_grouped() -> None:
    assert all(cls.group for cls in Layer.registry), [cls.__name__ for cls in Layer.registry if not cls.group]
    assert all(issubclass(cls, Spec) for cls in Layer.registry)


@each_layer
def test_gradient_factors_make_the_gradient(layer: Layer) -> None:
    """What a layer says of the chain rule holds: for one example the factors' product is each weight's derivative."""
    run, _, _ = trained(layer, batch=1)
    found = layer.gradient_factors([x[0] for x in run.inputs], run.grads)
    assert set(found) <= set(run.grads)
    for name, (x, delta) in found.items():
        grad = run.grads[name]
        product = np.broadcast_to(x, grad.shape) * np.broadcast_to(delta, grad.shape)
        np.testing.assert_allclose(product, grad, rtol=1e-4, atol=1e-6)


def test_a_fully_connected_layer_knows_its_factors() -> None:
    dense = Layer.registry.get("Dense")
    for layer, names in ((dense(), {"W", "b"}), (dense(use_bias=False), {"W"})):
        run, _, _ = trained(layer, batch=1)
        assert set(layer.gradient_factors([x[0] for x in run.inputs], run.grads)) == names
        assert not layer.gradient_factors([np.zeros((3, 6), np.float32)], run.grads), "on a sequence a weight serves every step"
    assert not layer.gradient_factors([np.zeros(6, np.float32)], run.grads), "without bias and input nobody knows dE/dz"


@each_layer
def test_its_buffers_go_with_it(layer: Layer) -> None:
    """By themselves: what waits for the collector adds up while somebody edits."""
    with without_collector() as left:
        trained(layer)
    assert [thing for thing in left if isinstance(thing, Workspace)] == []
