"""Numeric gradients by central differences in float64, against which every backward pass is checked.

A difference across a kink (a ReLU at zero, a tie in max pooling) says nothing about the derivative. Kinks show
as slopes that differ to the left and to the right, so the check sees them in whatever they come from, and draws
new numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vitrine.core.errors import VitrineError
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.layers.base import Arrays, Context, Layer, Shape
from vitrine.core.losses.base import Loss
from vitrine.core.network.network import Network
from vitrine.core.rng import generator

STEP = 1e-6
KINK = 5e-5  # relative gap between the one-sided slopes that can't be curvature
TOLERANCE = 5e-5  # relative error above which a gradient is wrong: what an unseen kink may add, far above rounding
FLOOR = 1e-3  # gradients below this count as this: differences of rounding are no errors
DRAWS = 20


class KinkError(VitrineError):
    """Every draw landed on a point without a derivative."""


@dataclass(frozen=True)
class GradientCheck:
    """The outcome: the largest error by array, relative to the array's largest gradient, and how much was checked."""

    errors: dict[str, float]
    checked: int
    draws: int

    @property
    def worst(self) -> float:
        """The largest error of all."""
        return max(self.errors.values(), default=0.0)

    def __str__(self) -> str:
        return ", ".join(f"{name} {error:.1e}" for name, error in self.errors.items())


class _AtKink(Exception):
    """This draw is of no use."""


def numeric_slope(value: Callable[[], float], array: np.ndarray, index: int, step: float = STEP) -> tuple[float, float]:
    """(L(a + h) - L(a - h)) / 2h for one element, and the gap between the slopes to its right and to its left."""
    flat = array.reshape(-1)
    kept = flat[index]
    middle = value()
    flat[index] = kept + step
    above = value()
    flat[index] = kept - step
    below = value()
    flat[index] = kept
    return (above - below) / (2 * step), abs(above - 2 * middle + below) / step


def compare(value: Callable[[], float], arrays: Arrays, grads: Arrays, rng: np.random.Generator, samples: int) -> dict[str, float]:
    """The relative error of each array's gradient, on up to `samples` random elements an array."""
    errors = {}
    for name, array in arrays.items():
        if not array.flags.c_contiguous:
            raise ValueError(f"{name} must be contiguous: its elements are moved in place")
        chosen = _choose(grads[name].reshape(-1), rng, samples)
        analytic = grads[name].reshape(-1)[chosen].astype(np.float64)
        pairs = [numeric_slope(value, array, int(i)) for i in chosen]
        numeric = np.array([slope for slope, _ in pairs])
        gaps = np.array([gap for _, gap in pairs])
        scale = max(FLOOR, float(np.abs(numeric).max(initial=0.0)), float(np.abs(analytic).max(initial=0.0)))
        if np.any(gaps > KINK * max(scale, 1.0)):
            raise _AtKink
        errors[name] = float(np.abs(analytic - numeric).max(initial=0.0)) / scale
    return errors


def _choose(grad: np.ndarray, rng: np.random.Generator, samples: int) -> np.ndarray:
    """Random elements, half of them with a gradient where most have none (an embedding's unused rows)."""
    order = rng.permutation(grad.size)
    alive = order[grad[order] != 0][: samples // 2]
    return np.concatenate([alive, order[~np.isin(order, alive)][: samples - len(alive)]])


def check_layer(layer: Layer, shapes: tuple[Shape, ...], *, batch: int = 3, seed: int = 0, samples: int = 40) -> GradientCheck:
    """dL/dinputs and dL/dparams of one layer in training, for L = sum(r y) with random r.

    A layer that draws random numbers gets the same ones at every evaluation. Raises KinkError.
    """
    return _redraw(lambda rng: _layer_once(layer, shapes, batch, rng, samples), seed)


def _layer_once(
    layer: Layer, shapes: tuple[Shape, ...], batch: int, rng: np.random.Generator, samples: int
) -> tuple[Arrays, dict[str, float]]:
    inputs = [np.ascontiguousarray(x, np.float64) for x in layer.example_inputs(shapes, batch, rng)]
    params = {}
    for name, param in layer.param_shapes(*shapes).items():
        first = np.full(param.shape, param.start)
        if param.initializer is not None:
            first = param.initializer.sample(rng, param.shape, param.fan_in, param.fan_out)
        # off the starting point: a bias of exactly zero hides faults and sits on kinks
        params[name] = np.asarray(first, np.float64) + rng.uniform(0.05, 0.2, param.shape)
    start = {name: np.full(s.shape, s.start) for name, s in layer.state_shapes(*shapes).items()}
    ctx = Context(np.float64, {name: state.copy() for name, state in start.items()})
    ctx.training = True
    noise = int(rng.integers(2**31))

    def forward() -> np.ndarray:
        ctx.rng = generator(noise)
        for name, state in start.items():
            ctx.state[name][...] = state
        return layer.forward(params, inputs, ctx)

    weights = rng.standard_normal(forward().shape)

    def value() -> float:
        return float(np.vdot(weights, forward())) + layer.penalty(ctx)

    grads = {name: np.full_like(p, np.nan) for name, p in params.items()}
    forward()
    dinputs = layer.backward(params, grads, weights.copy(), ctx)
    # backward may hand out buffers that the next forward pass writes to
    known = {name: grad.copy() for name, grad in grads.items()}
    known |= {f"input {i}": dx.copy() for i, dx in enumerate(dinputs) if dx is not None}
    arrays = dict(params) | {f"input {i}": x for i, x in enumerate(inputs) if f"input {i}" in known}
    return arrays, compare(value, arrays, known, rng, samples)


def check_network(
    network: Network,
    loss: Loss,
    draw: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]],
    *,
    seed: int = 0,
    samples: int = 10,
) -> GradientCheck:
    """dL/dparams of a whole network, by parameter. `draw` gives a batch: inputs and encoded targets.

    The network must be of float64, made with `link=loss.link`; its parameters are restored afterwards.
    Raises ValueError for another dtype, KinkError.
    """
    if network.dtype != np.float64:
        raise ValueError(f"a gradient check needs a network of float64, this one is {network.dtype}")
    kept = network.arrays()
    try:
        return _redraw(lambda rng: _network_once(network, loss, draw, kept, rng, samples), seed)
    finally:
        network.load_arrays(kept)


def _network_once(
    network: Network,
    loss: Loss,
    draw: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]],
    kept: Arrays,
    rng: np.random.Generator,
    samples: int,
) -> tuple[Arrays, dict[str, float]]:
    network.load_arrays(kept)
    for view in network.views.values():
        view += rng.uniform(-0.1, 0.1, view.shape)
    x, targets = draw(rng)
    x = np.asarray(x, np.float64)
    work = Workspace(np.float64)
    noise = int(rng.integers(2**31))

    def outputs() -> np.ndarray:
        network.set_rng(generator(noise))
        for name, state in network.state.items():
            state[...] = kept[name]
        return network.forward(x, training=True)

    _, grad = loss.value_and_grad(outputs(), targets, work)
    assert grad is not None
    network.grads.fill(0)
    network.backward(grad)
    known = {name: g.copy() for name, g in network.grad_views.items()}

    def value() -> float:
        return loss.value_and_grad(outputs(), targets, work, need_grad=False)[0] + network.penalty()

    return network.views, compare(value, network.views, known, rng, samples)


def check_loss(loss: Loss, outputs: np.ndarray, targets: np.ndarray, *, seed: int = 0, samples: int = 40) -> GradientCheck:
    """dL/doutputs of a loss, around `outputs` (moved a little, anew at each draw). Raises KinkError."""

    def once(rng: np.random.Generator) -> tuple[Arrays, dict[str, float]]:
        work = Workspace(np.float64)
        y = np.ascontiguousarray(outputs, np.float64) + 0.1 * rng.standard_normal(outputs.shape)
        _, grad = loss.value_and_grad(y, targets, work)
        assert grad is not None
        known = {"outputs": grad.copy()}
        arrays = {"outputs": y}
        return arrays, compare(lambda: loss.value_and_grad(y, targets, work, need_grad=False)[0], arrays, known, rng, samples)

    return _redraw(once, seed)


def _redraw(once: Callable[[np.random.Generator], tuple[Arrays, dict[str, float]]], seed: int) -> GradientCheck:
    for number in range(1, DRAWS + 1):
        try:
            arrays, errors = once(generator(seed, "gradcheck", str(number)))
        except _AtKink:
            continue
        return GradientCheck(errors, sum(a.size for a in arrays.values()), number)
    raise KinkError(f"each of {DRAWS} draws landed on a kink: is there a derivative at all?")
