"""Layers that one could replace are said to be needless, with the remedy; what is linear with good reason is not."""

from __future__ import annotations

import numpy as np
import pytest

from vitrine.core.layers.activation import Activation
from vitrine.core.layers.add import Add
from vitrine.core.layers.average_pool2d import AveragePool2D
from vitrine.core.layers.base import Layer
from vitrine.core.layers.batch_norm import BatchNorm
from vitrine.core.layers.conv2d import Conv2D
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.dropout import Dropout
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.layers.lstm import LSTM
from vitrine.core.layers.max_pool2d import MaxPool2D
from vitrine.core.network.analysis import Problem, analyze
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network


def chain(*layers: Layer) -> GraphSpec:
    graph = GraphSpec()
    for layer in (Input(), *layers):
        graph = graph.append(layer)[0]
    return graph


def said(shape: tuple[int, ...], *layers: Layer) -> list[Problem]:
    return list(analyze(chain(*layers), shape).problems)


def test_forty_layers_are_one() -> None:
    layers = [Dense(units=16) for _ in range(39)]
    graph = chain(*layers, Dense(units=3, activation="Softmax"))
    (problem,) = analyze(graph, (8,)).problems
    assert problem.node == "dense_1" and problem.severity == "warning" and analyze(graph, (8,)).ok
    assert problem.message == "no activation from here to dense_40: these 40 layers compute no more than one layer could"
    (fix,) = problem.fixes
    mended = fix.apply(graph)
    assert fix.title == "Use ReLU in 39 layers" and analyze(mended, (8,)).problems == ()
    assert mended["dense_40"].layer == graph["dense_40"].layer


def test_two_layers_are_one_in_numbers() -> None:
    graph = chain(Dense(units=5), Dropout(), Dense(units=3))
    (problem,) = analyze(graph, (4,)).problems
    assert (
        problem.message.startswith("no activation from here to dense_2: these two layers")
        and problem.fixes[0].title == "Use ReLU in dense_1"
    )
    network = Network(graph, (4,), seed=1)
    v, x = network.views, np.random.default_rng(0).standard_normal((7, 4)).astype(np.float32)
    one = x @ (v["dense_1/W"] @ v["dense_2/W"]) + v["dense_1/b"] @ v["dense_2/W"] + v["dense_2/b"]
    assert np.allclose(network.predict(x), one, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "layers", "found"),
    [
        ((8,), [Dense(units=1)], []),
        ((8,), [Dense(units=4, activation="Tanh"), Dense(units=1)], []),
        ((8,), [Dense(units=4), Activation(activation="ReLU"), Dense(units=1)], []),
        ((8,), [Dense(units=4), Activation(activation="Linear"), Dense(units=1)], ["dense_1"]),
        ((8,), [Dense(units=8), BatchNorm(), Dense(units=1)], ["dense_1"]),
        ((8,), [Dense(units=2), Dense(units=8)], []),  # the code of an autoencoder
        ((8,), [Dense(units=6), Dense(units=2), Dense(units=6), Dense(units=8)], ["dense_1", "dense_3"]),  # and what is needless about it
        ((2,), [Dense(units=64), Dense(units=32), Dense(units=64)], ["dense_1"]),  # only two values ever enter
        ((5, 3), [Dense(units=4), LSTM(units=4), Dense(units=1)], []),
        ((8, 8, 1), [Conv2D(filters=4), Conv2D(filters=4), Flatten(), Dense(units=3)], ["conv2d_1"]),
        ((8, 8, 1), [Conv2D(filters=4), AveragePool2D(), Flatten(), Dense(units=3)], ["conv2d_1"]),
        ((8, 8, 1), [Conv2D(filters=4), MaxPool2D(), Flatten(), Dense(units=3)], []),
        ((8, 8, 16), [Conv2D(filters=2, kernel_size=1), Conv2D(filters=16, kernel_size=1), MaxPool2D()], []),
    ],
)  # fmt: skip
def test_what_is_needless_and_what_is_not(shape: tuple[int, ...], layers: list[Layer], found: list[str]) -> None:
    assert [problem.node for problem in said(shape, *layers)] == found


def test_a_way_past_makes_it_something_else() -> None:
    graph = chain(Dense(units=8), Dense(units=8))
    graph, add = graph.add(Add(), (0, 0))
    graph = graph.connect("dense_1", add).connect("dense_2", add)
    assert analyze(graph, (8,)).problems == ()


def test_what_is_not_known_yet_is_not_judged() -> None:
    assert analyze(chain(Dense(), Dense()), None).problems == ()
