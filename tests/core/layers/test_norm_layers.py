"""Batch and layer normalization: statistics, the difference between training and prediction, and PyTorch's word on both."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from vitrine.core.layers.base import Context, Layer, Shape
from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.layers.layer_norm import LayerNorm
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network


def context(layer: Layer, shape: Shape, dtype: type = np.float32) -> Context:
    return Context(dtype, {k: np.full(s.shape, s.start, dtype) for k, s in layer.state_shapes(shape).items()})


def images(count: int = 8) -> np.ndarray:
    return (3 + 2 * np.random.default_rng(0).standard_normal((count, 4, 5, 3))).astype(np.float32)


def parameters(features: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {name: rng.uniform(0.5, 1.5, features).astype(np.float32) for name in ("gamma", "beta")}


def test_training_normalizes_each_channel_over_the_batch() -> None:
    layer, x = BatchNorm(), images()
    ctx = context(layer, x.shape[1:])
    ctx.training = True
    y = layer.forward({"gamma": np.ones(3, np.float32), "beta": np.zeros(3, np.float32)}, [x], ctx)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), 1, rtol=1e-4)


def test_prediction_uses_the_running_statistics() -> None:
    layer, x, params = BatchNorm(momentum=0.0), images(), parameters(3)
    ctx = context(layer, x.shape[1:])
    first = layer.forward(params, [x], ctx).copy()
    np.testing.assert_allclose(first, x / np.sqrt(1 + layer.epsilon) * params["gamma"] + params["beta"], rtol=1e-5)
    ctx.training = True
    trained = layer.forward(params, [x], ctx).copy()
    np.testing.assert_allclose(ctx.state["moving_mean"], x.mean(axis=(0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(ctx.state["moving_variance"], x.var(axis=(0, 1, 2), ddof=1), rtol=1e-4)
    ctx.training = False
    predicted = layer.forward(params, [x], ctx)
    assert np.abs(first - trained).max() > 0.5
    np.testing.assert_allclose(predicted, trained, atol=0.05)
    assert np.abs(predicted - trained).max() > 0  # the unbiased variance
    one = layer.forward(params, [x[:1]], ctx)
    np.testing.assert_allclose(one, predicted[:1] if len(predicted) > 1 else one, rtol=1e-6)


def test_one_example_has_no_spread_and_breaks_nothing() -> None:
    layer = BatchNorm()
    ctx = context(layer, (3,))
    ctx.training = True
    y = layer.forward(parameters(3), [np.ones((1, 3), np.float32)], ctx)
    assert np.all(np.isfinite(y)) and np.all(np.isfinite(ctx.state["moving_variance"]))


def test_running_statistics_are_stored_with_the_weights() -> None:
    graph = GraphSpec.chain(Input(), Dense(units=4), BatchNorm(), Dense(units=1))
    network, x = Network(graph, (3,)), images()[:, 0, :, 0][:, :3]
    network.forward(x, training=True)
    arrays = network.arrays()
    assert np.abs(arrays["batchnorm_1/moving_mean"]).max() > 0
    twin = Network(graph, (3,), seed=9)
    assert "batchnorm_1/moving_mean" in twin.load_arrays(arrays)
    np.testing.assert_array_equal(twin.predict(x), network.predict(x))
    network.initialize(0)
    assert np.all(network.state["batchnorm_1/moving_mean"] == 0)


@pytest.mark.parametrize("training", [True, False], ids=["training", "prediction"])
def test_batch_norm_equals_pytorch(torch: ModuleType, training: bool) -> None:
    layer, x, params = BatchNorm(momentum=0.8, epsilon=1e-3), images(), parameters(3)
    ctx = context(layer, x.shape[1:])
    module = torch.nn.BatchNorm2d(3, eps=1e-3, momentum=0.2)
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(params["gamma"]))
        module.bias.copy_(torch.from_numpy(params["beta"]))
    for _ in range(3):  # so that there are running statistics to predict from
        ctx.training = True
        layer.forward(params, [x], ctx)
        module(torch.from_numpy(x).permute(0, 3, 1, 2))
    ctx.training = training
    module.train(training)
    tx = torch.from_numpy(x.copy()).requires_grad_()
    theirs = module(tx.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    ours = layer.forward(params, [x], ctx)
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=2e-4, atol=2e-5)
    dy = np.random.default_rng(2).standard_normal(x.shape).astype(np.float32)
    theirs.backward(torch.from_numpy(dy))
    grads = {k: np.empty_like(v) for k, v in params.items()}
    (dx,) = layer.backward(params, grads, dy.copy(), ctx)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(grads["gamma"], module.weight.grad.numpy(), rtol=2e-4)
    np.testing.assert_allclose(grads["beta"], module.bias.grad.numpy(), rtol=2e-4)
    np.testing.assert_allclose(ctx.state["moving_mean"], module.running_mean.numpy(), rtol=2e-4)
    np.testing.assert_allclose(ctx.state["moving_variance"], module.running_var.numpy(), rtol=2e-4)


def test_layer_norm_equals_pytorch(torch: ModuleType) -> None:
    layer, x, params = LayerNorm(), images(), parameters(3)
    ctx = context(layer, x.shape[1:])
    module = torch.nn.LayerNorm(3)
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(params["gamma"]))
        module.bias.copy_(torch.from_numpy(params["beta"]))
    tx = torch.from_numpy(x.copy()).requires_grad_()
    theirs = module(tx)
    np.testing.assert_allclose(layer.forward(params, [x], ctx), theirs.detach().numpy(), rtol=2e-4, atol=2e-5)
    dy = np.random.default_rng(2).standard_normal(x.shape).astype(np.float32)
    theirs.backward(torch.from_numpy(dy))
    grads = {k: np.empty_like(v) for k, v in params.items()}
    (dx,) = layer.backward(params, grads, dy.copy(), ctx)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(grads["gamma"], module.weight.grad.numpy(), rtol=2e-4, atol=1e-5)
    np.testing.assert_allclose(grads["beta"], module.bias.grad.numpy(), rtol=2e-4, atol=1e-5)


def test_layer_norm_does_not_see_the_other_examples() -> None:
    layer, x, params = LayerNorm(), images(), parameters(3)
    whole = layer.forward(params, [x], Context()).copy()
    np.testing.assert_allclose(layer.forward(params, [x[2:3]], Context()), whole[2:3], rtol=1e-6)


@pytest.mark.parametrize("kind", [BatchNorm, LayerNorm])
def test_gains_and_shifts_are_no_weights(kind: type[Layer]) -> None:
    params = kind().param_shapes((4, 6))
    assert {name: (p.shape, p.start, p.is_weight) for name, p in params.items()} == {
        "gamma": ((6,), 1.0, False),
        "beta": ((6,), 0.0, False),
    }
