"""The gradient check itself: it passes what is right, finds what is wrong, and keeps away from kinks."""

from __future__ import annotations

import numpy as np
import pytest

from vitrine.core.activations.base import Activation as Function
from vitrine.core.activations.softmax import Softmax
from vitrine.core.layers.activation import Activation
from vitrine.core.layers.base import Context
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.losses.mean_squared_error import MeanSquaredError
from vitrine.core.network.gradcheck import KINK, TOLERANCE, KinkError, check_layer, check_loss, check_network, compare, numeric_slope
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.rng import generator


def network(*layers: Dense, link: type[Function] = Softmax) -> Network:
    return Network(GraphSpec.chain(Input(), *layers), (4,), link=link, seed=1, dtype=np.float64)


def classes(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.standard_normal((5, 4)), rng.integers(0, 3, 5)


def test_network_with_kinks_passes() -> None:
    net = network(Dense(units=20, activation="ReLU"), Dense(units=20, activation="LeakyReLU"), Dense(units=3, activation="Softmax"))
    before = net.params.copy()
    result = check_network(net, CategoricalCrossEntropy(), classes)
    assert result.worst < TOLERANCE, str(result)
    assert set(result.errors) == set(net.views)
    assert np.array_equal(net.params, before), "the parameters must come back"


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.001])
def test_wrong_backward_is_found(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    right = Dense.backward

    def wrong(self: Dense, params: dict, grads: dict, dy: np.ndarray, ctx: Context) -> list:
        result = right(self, params, grads, dy, ctx)
        grads["b"] *= factor
        return result

    monkeypatch.setattr(Dense, "backward", wrong)
    assert check_layer(Dense(units=3), ((4,),)).errors["b"] > TOLERANCE
    assert check_layer(Dense(units=3), ((4,),)).errors["W"] < TOLERANCE
    result = check_network(network(Dense(units=3, activation="Tanh"), Dense(units=3)), CategoricalCrossEntropy(), classes)
    assert result.errors["dense_1/b"] > TOLERANCE


def test_kink_is_seen_and_another_draw_taken() -> None:
    """The first draw lands on the ReLU's kink at zero; the check must not trust it."""

    class OnKink:
        calls = 0

        def __call__(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
            self.calls += 1
            x, t = classes(rng)
            if self.calls == 1:
                net.views["dense_1/W"][...] = 0
                net.views["dense_1/b"][...] = 0
            return x, t

    net = network(Dense(units=6, activation="ReLU"), Dense(units=3))
    draw = OnKink()
    result = check_network(net, CategoricalCrossEntropy(), draw)
    assert draw.calls == 2 and result.draws == 2
    assert result.worst < TOLERANCE


def test_nothing_but_kinks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Activation, "example_inputs", lambda self, shapes, batch, rng: [np.zeros((batch, *s)) for s in shapes])
    with pytest.raises(KinkError, match="derivative"):
        check_layer(Activation(activation="ReLU"), ((4,),))


def test_float32_is_refused() -> None:
    net = Network(GraphSpec.chain(Input(), Dense(units=3)), (4,))
    with pytest.raises(ValueError, match="float64"):
        check_network(net, CategoricalCrossEntropy(), classes)


def test_loss_and_its_arrays() -> None:
    y, t = np.random.default_rng(0).normal(size=(2, 4, 3))
    assert check_loss(MeanSquaredError(), y, t).worst < TOLERANCE
    with pytest.raises(ValueError, match="contiguous"):
        compare(lambda: 0.0, {"y": y.T}, {"y": y.T}, generator(0), 3)


def test_one_neuron_by_hand() -> None:
    """The lecture's neuron: E = (w * 1 - 1)^2, dE/dw = 2 (w - 1), by the chain rule and by adding a small amount."""
    graph = GraphSpec.chain(Input(), Dense(units=1, use_bias=False))
    net = Network(graph, (1,), dtype=np.float64)
    x = t = np.ones((1, 1))
    loss = MeanSquaredError()
    for w in (-1.0, 0.0, 0.3, 1.0, 2.5):
        net.views["dense_1/W"][...] = w

        def error() -> float:
            return loss.value_and_grad(net.forward(x), t, Context(np.float64), need_grad=False)[0]

        _, grad = loss.value_and_grad(net.forward(x), t, Context(np.float64))
        assert grad is not None
        net.backward(grad)
        numeric, gap = numeric_slope(error, net.views["dense_1/W"], 0)
        assert net.grad_views["dense_1/W"].item() == pytest.approx(2 * (w - 1), abs=1e-12)
        assert numeric == pytest.approx(2 * (w - 1), abs=1e-8)
        assert gap < KINK
