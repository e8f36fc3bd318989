"""Layers that run as one give what they give one by one: outputs, gradients, random numbers, views of their insides."""

from __future__ import annotations

import numpy as np
import pytest

from vitrine.core.layers.activation import Activation
from vitrine.core.layers.add import Add
from vitrine.core.layers.base import Layer
from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.conv2d import Conv2D
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.dropout import Dropout
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.layers.max_pool2d import MaxPool2D
from vitrine.core.layers.spatial_dropout import SpatialDropout
from vitrine.core.network.fusion import Chain
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.rng import generator


def conv(filters: int = 3, **settings: object) -> Conv2D:
    return Conv2D(filters=filters, **{"padding": "same", "activation": "ReLU", **settings})


def tail() -> list[Layer]:
    return [Flatten(), Dense(units=4)]


NETS: dict[str, tuple[list[Layer], set[str]]] = {
    "pool": ([conv(), MaxPool2D(), *tail()], {"conv2d_1"}),
    "odd image, same": ([conv(), MaxPool2D(padding="same"), conv(5), MaxPool2D(padding="same"), *tail()], {"conv2d_1", "conv2d_2"}),
    "odd image, valid": ([conv(kernel_size=2, padding="valid"), MaxPool2D(), *tail()], {"conv2d_1"}),
    "stride": ([conv(stride=2, use_bias=False), MaxPool2D(), *tail()], {"conv2d_1"}),
    "pool and dropout": ([conv(), MaxPool2D(), Dropout(rate=0.3), conv(), *tail()], {"conv2d_1", "maxpool2d_1"}),
    "tanh": ([conv(activation="Tanh"), MaxPool2D(), Dropout(rate=0.3), *tail()], {"conv2d_1"}),
    "conv and dropout": ([conv(), Dropout(rate=0.3), *tail()], {"conv2d_1"}),
    "dense and dropout": ([Flatten(), Dense(units=9, activation="ReLU"), Dropout(rate=0.4), Dense(units=4)], {"dense_1"}),
    "conv and spatial dropout": ([conv(), SpatialDropout(rate=0.3), *tail()], {"conv2d_1"}),
    "no rate": ([Flatten(), Dense(units=9, activation="ReLU"), Dropout(rate=0.0), Dense(units=4)], {"dense_1"}),
    "other pool": ([conv(), MaxPool2D(pool_size=3, stride=2), *tail()], set()),
    "other activation": ([Flatten(), Dense(units=9, activation="Tanh"), Dropout(rate=0.4), Dense(units=4)], set()),
    "normed": ([conv(activation="Linear"), BatchNorm(), Activation(activation="ReLU"), MaxPool2D(), *tail()], {"activation_1"}),
}


def branched() -> GraphSpec:
    """The convolution feeds two layers, so that it can't be joined to either."""
    graph = GraphSpec.chain(Input(), conv(), Dropout(rate=0.3))
    graph, other = graph.add(conv())
    graph, both = graph.add(Add())
    for source, target in (("conv2d_1", other), ("dropout_1", both), (other, both)):
        graph = graph.connect(source, target)
    for layer in tail():
        graph, both = graph.append(layer, after=both)
    return graph


CASES = {name: (GraphSpec.chain(Input(), *layers), hidden) for name, (layers, hidden) in NETS.items()} | {"branched": (branched(), set())}


def pair(graph: GraphSpec) -> tuple[Network, Network]:
    fused, plain = (Network(graph, (7, 9, 2), dtype=np.float64, seed=4, fused=on) for on in (True, False))
    for network in (fused, plain):
        for view in network.views.values():
            view += generator(7).standard_normal(view.shape) * 0.1  # biases, too
        network.set_rng(generator(3, "dropout"))
    return fused, plain


@pytest.mark.parametrize("name", CASES)
def test_joined_layers_give_what_single_ones_give(name: str) -> None:
    graph, hidden = CASES[name]
    fused, plain = pair(graph)
    joined = {fused.steps[i].id for stage in fused._stages if isinstance(stage, Chain) for i in stage.hidden}
    assert joined == hidden
    for count in (40, 3, 40):
        x = np.random.default_rng(count).standard_normal((count, 7, 9, 2))
        dy = np.random.default_rng(1).standard_normal((count, 4))
        for training in (True, False, True):
            np.testing.assert_allclose(fused.forward(x, training), plain.forward(x, training), atol=1e-12)
            for step in plain.steps:
                np.testing.assert_allclose(fused.output_of(step.id), plain.output_of(step.id), atol=1e-12, err_msg=step.id)
            for network in (fused, plain):
                network.backward(dy.copy())
            np.testing.assert_allclose(fused.grads, plain.grads, atol=1e-11)
    assert fused.steps[0].ctx.rng.bit_generator.state == plain.steps[0].ctx.rng.bit_generator.state  # type: ignore[union-attr]


@pytest.mark.parametrize("name", CASES)
def test_views_of_the_insides_are_those_of_single_layers(name: str) -> None:
    fused, plain = pair(CASES[name][0])
    x = np.random.default_rng(0).standard_normal((5, 7, 9, 2))
    for network in (fused, plain):
        network.forward(x[::-1], training=True)
    found = fused.activations(x)
    for node, expected in plain.activations(x).items():
        np.testing.assert_allclose(found[node], expected, atol=1e-12, err_msg=node)
    some = [plain.steps[1].id]
    np.testing.assert_array_equal(fused.activations(x, some)[some[0]], found[some[0]])


def test_equal_pixels_hand_their_gradient_on_once() -> None:
    """Blank images make every square a tie, before and after ReLU."""
    fused, plain = pair(CASES["odd image, same"][0])
    x = np.zeros((3, 7, 9, 2))
    for network in (fused, plain):
        network.forward(x, training=True)
        network.backward(np.ones((3, 4)))
    np.testing.assert_allclose(fused.grads, plain.grads, atol=1e-12)
