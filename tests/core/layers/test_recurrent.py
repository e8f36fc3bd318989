"""SimpleRNN, LSTM and GRU: against formulas written out step by step, numerically through 50 steps, and against PyTorch."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vitrine.core.errors import DataError, ShapeError
from vitrine.core.kernels.recurrent.unrolled import BLOCK
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Arrays, Context
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.embedding import Embedding
from vitrine.core.layers.gru import GRU
from vitrine.core.layers.input import Input
from vitrine.core.layers.lstm import LSTM
from vitrine.core.layers.recurrent import Recurrent
from vitrine.core.layers.simple_rnn import SimpleRNN
from vitrine.core.losses.base import Loss
from vitrine.core.network.analysis import analyze
from vitrine.core.network.gradcheck import check_layer
from vitrine.core.network.graph import GraphSpec
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import Optimizer, OptimizerState

KINDS = (SimpleRNN, LSTM, GRU)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
TORCH = {"SimpleRNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def by_hand(layer: Recurrent, p: Arrays, x: np.ndarray) -> np.ndarray:
    """All hidden states (N, T, U), one example and one step at a time."""
    n = layer.units
    out = np.zeros((len(x), x.shape[1], n))
    for row, sequence in enumerate(x):
        h, c = np.zeros(n), np.zeros(n)
        for t in range(len(sequence))[:: -1 if layer.reverse else 1]:
            a, b = sequence[t] @ p["W"] + p["b"], h @ p["U"]
            if isinstance(layer, LSTM):
                i, f, g, o = np.split(a + b, 4)
                c = sigmoid(f + layer.forget_bias) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            elif isinstance(layer, GRU):
                r, z = sigmoid(a[:n] + b[:n]), sigmoid(a[n : 2 * n] + b[n : 2 * n])
                h = (1 - z) * np.tanh(a[2 * n :] + r * (b[2 * n :] + p["c"])) + z * h
            else:
                h = np.tanh(a + b)
            out[row, t] = h
    return out


def params_of(layer: Recurrent, shape: tuple[int, ...], dtype: Any = np.float64, seed: int = 3) -> Arrays:
    rng = np.random.default_rng(seed)
    return {k: (0.5 * rng.standard_normal(p.shape)).astype(dtype) for k, p in layer.param_shapes(shape).items()}


@each_kind
@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
def test_states_are_those_of_the_formula(kind: type[Recurrent], reverse: bool) -> None:
    x = np.random.default_rng(0).standard_normal((3, 6, 4))
    layer = kind(units=5, reverse=reverse, return_sequences=True)
    params, ctx = params_of(layer, (6, 4)), Context(np.float64)
    wanted = by_hand(layer, params, x)
    np.testing.assert_allclose(layer.forward(params, [x], ctx), wanted, rtol=1e-12, atol=1e-12)
    last = layer.replace(return_sequences=False).forward(params, [x], Context(np.float64))
    np.testing.assert_allclose(last, wanted[:, 0 if reverse else -1], rtol=1e-12, atol=1e-12)


@each_kind
@pytest.mark.parametrize("settings", [{}, {"reverse": True, "return_sequences": True}], ids=["last", "all, reverse"])
def test_gradients_through_fifty_steps(kind: type[Recurrent], settings: dict[str, Any]) -> None:
    result = check_layer(kind(units=3, **settings), ((50, 2),), samples=60)
    assert result.worst < 1e-6, str(result)


@each_kind
def test_gradients_where_a_step_fills_the_cache(kind: type[Recurrent]) -> None:
    """Long and wide enough that derivatives are worked out in several blocks and products summed step by step."""
    layer = kind(units=24, return_sequences=True)
    assert 9 * 12 * 4 * layer.units * 4 > BLOCK
    result = check_layer(layer, ((9, 20),), batch=100, samples=12)
    assert result.worst < 1e-6, str(result)


def sequences(count: int, steps: int, features: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((count, steps, features)).astype(np.float32)


def torch_twin(torch: ModuleType, layers: list[Recurrent], network: Network, features: int) -> Any:
    """The same layers with the same weights in PyTorch; its second bias is held at 0 but for what GRU's c needs."""
    modules = torch.nn.ModuleList()
    masks = []
    for i, layer in enumerate(layers):
        name = f"{type(layer).__name__.lower()}_{i + 1}"
        module = getattr(torch.nn, TORCH[type(layer).__name__])(features, layer.units, batch_first=True)
        features = layer.units
        with torch.no_grad():
            bias = network.views[f"{name}/b"].copy()
            if isinstance(layer, LSTM):
                bias[layer.units : 2 * layer.units] += layer.forget_bias
            module.weight_ih_l0.copy_(torch.from_numpy(network.views[f"{name}/W"].T.copy()))
            module.weight_hh_l0.copy_(torch.from_numpy(network.views[f"{name}/U"].T.copy()))
            module.bias_ih_l0.copy_(torch.from_numpy(bias))
            module.bias_hh_l0.zero_()
            mask = torch.zeros_like(module.bias_hh_l0)
            if isinstance(layer, GRU):
                mask[2 * layer.units :] = 1
                module.bias_hh_l0[2 * layer.units :] = torch.from_numpy(network.views[f"{name}/c"].copy())
        masks.append((module.bias_hh_l0, mask))
        modules.append(module)
    return modules, masks


def relative(ours: np.ndarray, theirs: Any) -> float:
    wanted = theirs.detach().numpy()
    return float(np.abs(ours - wanted).max() / max(1e-3, np.abs(wanted).max()))


@each_kind
@pytest.mark.parametrize("stacked", [False, True], ids=["one", "two stacked"])
def test_twenty_training_steps_equal_pytorch(torch: ModuleType, kind: type[Recurrent], stacked: bool) -> None:
    layers: list[Recurrent] = [kind(units=6, return_sequences=True)] if stacked else []
    layers.append(kind(units=5))
    graph = GraphSpec.chain(Input(), *layers, Dense(units=2))
    network = Network(graph, (50, 3), seed=4)
    for view in network.views.values():
        view += np.random.default_rng(view.size).uniform(-0.1, 0.1, view.shape).astype(np.float32)
    modules, masks = torch_twin(torch, layers, network, 3)
    dense = torch.nn.Linear(5, 2)
    with torch.no_grad():
        dense.weight.copy_(torch.from_numpy(network.views["dense_1/W"].T.copy()))
        dense.bias.copy_(torch.from_numpy(network.views["dense_1/b"].copy()))
    x, target = sequences(16, 50, 3), sequences(16, 1, 2)[:, 0]
    adam = torch.optim.Adam([*modules.parameters(), *dense.parameters()], lr=1e-2)
    state = OptimizerState(Optimizer.registry.get("Adam")(learning_rate=1e-2), network.params.size)
    loss, work = Loss.registry.get("MeanSquaredError")(), Workspace()
    for step in range(20):
        outputs = network.forward(x, training=True)
        value, grad = loss.value_and_grad(outputs, target, work)
        h = torch.from_numpy(x)
        for module in modules:
            h, _ = module(h)
        theirs = dense(h[:, -1])
        their_loss = ((theirs - torch.from_numpy(target)) ** 2).mean()
        assert relative(outputs, theirs) < 2e-4
        assert value == pytest.approx(their_loss.item(), rel=2e-4)
        network.backward(grad)
        adam.zero_grad()
        their_loss.backward()
        for bias, mask in masks:
            bias.grad *= mask
        if step == 0:
            name = f"{kind.__name__.lower()}_1"
            assert relative(network.grad_views[f"{name}/W"].T, modules[0].weight_ih_l0.grad) < 2e-4
            assert relative(network.grad_views[f"{name}/U"].T, modules[0].weight_hh_l0.grad) < 2e-4
            assert relative(network.grad_views[f"{name}/b"], modules[0].bias_ih_l0.grad) < 2e-4
            if kind is GRU:
                assert relative(network.grad_views[f"{name}/c"], modules[0].bias_hh_l0.grad[2 * layers[0].units :]) < 2e-4
        state.apply(network.params, network.grads, 1e-2)
        adam.step()
    assert value < 0.9 * float((target**2).mean())


@each_kind
def test_states_and_gates_can_be_looked_at(kind: type[Recurrent]) -> None:
    layer = kind(units=3, reverse=True, return_sequences=True)
    x, ctx = sequences(4, 6, 2), Context()
    params = params_of(layer, (6, 2), np.float32)
    y = layer.forward(params, [x], ctx).copy()
    seen = layer.over_time(ctx)
    assert {a.shape for a in seen.values()} == {(4, 6, 3)}
    np.testing.assert_array_equal(seen["hidden"], y)
    for name in set(seen) & {"i", "f", "o", "r", "z"}:
        assert 0 < seen[name].min() and seen[name].max() < 1
    if kind is LSTM:
        np.testing.assert_allclose(seen["o"] * np.tanh(seen["cell"]), y, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(seen["cell"][:, 5], seen["i"][:, 5] * seen["g"][:, 5], rtol=1e-5, atol=1e-6)
    if kind is GRU:
        np.testing.assert_allclose((1 - seen["z"][:, 5]) * seen["n"][:, 5], y[:, 5], rtol=1e-5, atol=1e-6)
    dy = np.ones_like(y)
    layer.backward(params, {k: np.empty_like(v) for k, v in params.items()}, dy, ctx)
    np.testing.assert_array_equal(layer.over_time(ctx)["hidden"], y)  # the way back leaves them as they were
    assert layer.state_grads(ctx)["gates"].shape[:2] == (4, 6)


def test_gradient_vanishes_in_the_simple_cell_and_not_in_the_lstm() -> None:
    """The share of the gradient that reaches the first of 50 steps; Hochreiter and Schmidhuber's reason for the LSTM."""
    x = sequences(8, 50, 2)
    shares = {}
    for layer in (SimpleRNN(units=8), LSTM(units=8, forget_bias=5.0)):
        ctx = Context()
        params = {k: 0.3 * v for k, v in params_of(layer, (50, 2), np.float32).items()}
        dy = np.ones_like(layer.forward(params, [x], ctx))
        layer.backward(params, {k: np.empty_like(v) for k, v in params.items()}, dy, ctx)
        norms = np.linalg.norm(layer.state_grads(ctx)["gates"], axis=(0, 2))
        shares[type(layer)] = norms[0] / norms[-1]
    assert shares[SimpleRNN] < 1e-6
    assert shares[LSTM] > 0.01


def test_forget_bias_is_the_same_as_starting_the_bias_there() -> None:
    x = sequences(3, 5, 2).astype(np.float64)
    layer = LSTM(units=4, forget_bias=1.5)
    params = params_of(layer, (5, 2))
    moved = params | {"b": params["b"].copy()}
    moved["b"][4:8] += 1.5
    y = layer.forward(params, [x], Context(np.float64))
    np.testing.assert_allclose(y, layer.replace(forget_bias=0.0).forward(moved, [x], Context(np.float64)), rtol=1e-12)


@each_kind
def test_last_smaller_batch_and_prediction_between_steps_change_nothing(kind: type[Recurrent]) -> None:
    network = Network(GraphSpec.chain(Input(), kind(units=4, return_sequences=True), kind(units=3)), (7, 2), seed=1)
    x = sequences(20, 7, 2)
    whole = network.outputs(x)
    np.testing.assert_allclose(network.outputs(x, batch_size=6), whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(network.outputs(x), whole)


@each_kind
def test_parameters_are_counted_as_in_the_textbook(kind: type[Recurrent]) -> None:
    gates = {SimpleRNN: 1, LSTM: 4, GRU: 3}[kind]
    found = analyze(GraphSpec.chain(Input(), kind(units=10)), (7, 5))
    wanted = gates * (5 * 10 + 10 * 10 + 10) + (10 if kind is GRU else 0)
    assert found.total_params == wanted
    assert found.total_multiply_adds == 7 * gates * 10 * (5 + 10)


@each_kind
@pytest.mark.parametrize("shape", [(5,), (4, 4, 1)], ids=str)
def test_only_sequences_are_taken(kind: type[Recurrent], shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="takes a sequence"):
        kind().output_shape(shape)


def test_tokens_get_an_embedding_with_one_click() -> None:
    found = analyze(GraphSpec.chain(Input(), LSTM(units=3)), (9,))
    (fix,) = found.problems_of("lstm_1")[0].fixes
    assert fix.title == "Insert Embedding"
    mended = analyze(fix.apply(found.graph), (9,))
    assert mended.ok and mended.output_shape == (3,)


def test_embedding_looks_up_rows_and_adds_up_their_gradients() -> None:
    layer, ctx = Embedding(vocabulary=4, dimensions=2), Context()
    table = np.arange(8, dtype=np.float32).reshape(4, 2)
    y = layer.forward({"E": table}, [np.array([[3.0, 0.0, 3.0]], np.float32)], ctx)
    np.testing.assert_array_equal(y, [[[6, 7], [0, 1], [6, 7]]])
    grads = {"E": np.full((4, 2), np.nan, np.float32)}
    assert layer.backward({"E": table}, grads, np.ones_like(y), ctx) == [None]
    np.testing.assert_array_equal(grads["E"], [[1, 1], [0, 0], [0, 0], [2, 2]])
    assert layer.output_shape((1,)) == (1, 2)


@pytest.mark.parametrize("token, remedy", [(-1.0, "whole numbers"), (4.0, "raise Vocabulary"), (np.nan, "whole"), (np.inf, "whole")])
def test_token_outside_the_vocabulary_is_named(token: float, remedy: str) -> None:
    layer = Embedding(vocabulary=4, dimensions=2)
    with pytest.raises(DataError, match=f"outside the vocabulary of 4 .*{remedy}"):
        layer.forward({"E": np.zeros((4, 2), np.float32)}, [np.array([[0.0, token]], np.float32)], Context())


@each_kind
@pytest.mark.parametrize("before, now", [("tanh", "Tanh"), ("ReLU", "ReLU"), ("sigmoid", "Sigmoid"), ("linear", "Linear")])
def test_files_that_name_one_of_four_functions_open(kind: type[Recurrent], before: str, now: str) -> None:
    stored = {name: value for name, value in kind(units=3).to_json().items() if name != "version"} | {"activation": before}
    read = kind.from_json(stored)
    assert type(read.activation).__name__ == now and not read.problems()
    assert kind.from_json(read.to_json()) == read
