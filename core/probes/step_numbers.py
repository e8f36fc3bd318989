"""Every number of one example's way through the network and back, and each gradient a second time by trying."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from vitrine.core.kernels.workspace import Workspace
from vitrine.core.pictures import tracing
from vitrine.core.probes.base import Probe, View
from vitrine.core.spec import hp
from vitrine.core.training.twin import Twin, twin_of

MOST_VALUES = 64  # of one layer that are given in full
TOP_VALUES = 12  # of a larger one: the largest
MOST_WEIGHTS = 30
BUDGET = 20_000_000  # multiply-adds that the differences may take
LAYER_COST = 30_000  # multiply-adds that calling a layer is worth
MOST_PARAMETERS = 500_000  # of a network whose gradient is worked out here


@dataclass(frozen=True, eq=False)
class LayerValues:
    """One layer's output for the example, `size` numbers of that shape: values (n,) float64, all of them, or the largest
    and their `places`. activation: the title of its function, and what the loss adds to it; "" without one."""

    node: str
    title: str
    shape: tuple[int, ...]
    size: int
    values: np.ndarray
    places: tuple[tuple[int, ...], ...] | None
    activation: str
    is_input: bool


@dataclass(frozen=True, eq=False)
class ErrorNumbers:
    """The loss E of the example; target and output_slope, dE/dz or dE/dy, float64 (n,) each. linked: the slope is that
    before the output's last activation, z."""

    loss: float
    target: np.ndarray
    output_slope: np.ndarray
    linked: bool


@dataclass(frozen=True, eq=False)
class WeightTable:
    """n weights of `total` by name: their value `old`, dE/dw by `backprop` and `numeric`, E(w + h) `above` and E(w - h)
    `below`, and the `new` value after a step at `rate`, None for an optimizer that searches; float64 (n,) each.

    plain: new = old - rate dE/dw and nothing more. penalty, clipped: what the run has beside. factors: x and dE/dz, whose
    product the gradient is, or None for weights that serve several places.
    """

    names: tuple[str, ...]
    total: int
    old: np.ndarray
    backprop: np.ndarray
    above: np.ndarray
    below: np.ndarray
    numeric: np.ndarray
    new: np.ndarray | None
    rate: float
    optimizer: str
    plain: bool
    penalty: bool
    clipped: bool
    factors: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True, eq=False)
class StepNumbersAnswer:
    """Every layer's values in order, and as far as they were worked out the error and the weights of one layer. label:
    the target as the data has it. note: what is left out, and why."""

    step: int
    split: str
    sample: int
    node: str
    loss_name: str
    amount: float
    label: Any
    layers: tuple[LayerValues, ...]
    error: ErrorNumbers | None = None
    weights: WeightTable | None = None
    note: str = ""


class StepNumbers(Probe[StepNumbersAnswer]):
    """For one example: its values, every layer's output, target, loss E; and for the weights w of one layer dE/dw by
    back-propagation (the chain rule), dE/dw ~ (E(w + h) - E(w - h)) / 2h, and w after a step on this example alone.

    Of a layer with more than 30 weights those with the largest gradients are given, fewer where a pass costs much. In
    float64 on a copy of the network, as in prediction (no dropout). Layers over 64 values give the 12 largest.
    Rumelhart, Hinton and Williams, 1986.
    """

    node: str = hp(default="", help="The layer whose weights are looked at")
    sample: int = hp(default=0, help="Which example", minimum=0)
    split: str = hp(default="train", help="Which part of the data", choices=("train", "validation", "test"))
    amount: float = hp(
        default=1e-6, help="What is added to a weight to see how the loss changes, h", minimum=1e-9, maximum=1.0, exclusive=True
    )

    rank: ClassVar[int] = 70
    interval: ClassVar[float] = 0.5
    heavy: ClassVar[bool] = True
    needs_slots: ClassVar[bool] = True

    def __call__(self, view: View) -> StepNumbersAnswer | None:
        found = tracing.sample_of(view.data, self.split, self.sample)
        if found is None:
            return None
        x, label = found
        network, loss = view.network, view.experiment.loss
        answer = StepNumbersAnswer(
            step=view.step, split=self.split, sample=min(self.sample, len(view.data.split(self.split)[0]) - 1), node=self.node,
            loss_name=loss.title, amount=self.amount, label=np.array(label).tolist(), layers=(),
        )  # fmt: skip
        if network.param_count > MOST_PARAMETERS:
            note = f"{network.param_count:,} parameters: too many for gradients one by one; only the values are shown."
            outputs = network.activations(x)
            return replace(answer, layers=tuple(_layer(view, node_id, array[0]) for node_id, array in outputs.items()), note=note)
        twin = twin_of(view)
        targets = loss.encode(np.asarray(label)[None], view.data.info)
        value, slope = twin.gradient(x, targets)
        ends = [array[0].copy() for array in twin.forward(x)]
        ends[-1] = twin.network.link(ends[-1][None])[0]
        wanted = np.eye(slope.shape[-1])[targets[0]] if targets.dtype.kind in "iu" else targets[0]
        has_weights = any(key.startswith(self.node + "/") for key in twin.network.slices)
        return replace(
            answer,
            layers=tuple(_layer(view, step.id, array) for step, array in zip(twin.network.steps, ends)),
            error=ErrorNumbers(value, _head(wanted), _head(slope[0]), twin.network.is_linked),
            weights=self._weights(view, twin, x, targets, ends) if has_weights else None,
        )

    def _weights(self, view: View, twin: Twin, x: np.ndarray, targets: np.ndarray, ends: list[np.ndarray]) -> WeightTable:
        network = twin.network
        keys = [key for key in network.slices if key.startswith(self.node + "/")]
        places = np.concatenate([np.arange(network.slices[key].start, network.slices[key].stop) for key in keys])
        names = [(key, i) for key in keys for i in range(network.specs[key].size)]
        gradient = network.grads.copy()
        cost = network.analysis.total_multiply_adds + LAYER_COST * len(network.steps)
        most = max(1, min(MOST_WEIGHTS, BUDGET // (2 * cost)))
        chosen = np.arange(len(places))
        if len(places) > most:
            chosen = np.argsort(-np.abs(gradient[places]), kind="stable")[:most]
        factors = _factors(twin, self.node, ends, [names[i] for i in chosen])
        above, below = differences(twin, x, targets, places[chosen], self.amount)
        new, rate = after_step(view, twin, keys)
        penalty, clipped = bool(twin.regime.penalties), twin.regime.clipping.active
        optimizer = view.optimizer.optimizer
        return WeightTable(
            names=tuple(_name(network.specs[names[i][0]].shape, *names[i]) for i in chosen), total=len(places),
            old=network.params[places[chosen]], backprop=gradient[places[chosen]], above=above, below=below,
            numeric=(above - below) / (2 * self.amount), new=None if new is None else new[chosen], rate=rate,
            optimizer=optimizer.title, plain=optimizer.plain and not penalty and not clipped, penalty=penalty, clipped=clipped,
            factors=factors,
        )  # fmt: skip


def differences(twin: Twin, x: np.ndarray, targets: np.ndarray, places: np.ndarray, amount: float) -> tuple[np.ndarray, np.ndarray]:
    """E(w + h) and E(w - h) for each of the flat parameters `places`, (n,) each; the weights are put back exactly."""
    params = twin.network.params
    above, below = np.empty(len(places)), np.empty(len(places))
    for k, place in enumerate(places.tolist()):
        kept = params[place]
        params[place] = kept + amount
        above[k] = twin.value(x, targets)
        params[place] = kept - amount
        below[k] = twin.value(x, targets)
        params[place] = kept
    return above, below


def after_step(view: View, twin: Twin, keys: list[str]) -> tuple[np.ndarray | None, float]:
    """The layer's parameters after a step on this example alone, by the optimizer's own rule on copies, and the rate.

    `twin` holds the gradient of the loss; penalties and clipping come in as the run has them. None for an optimizer
    that searches on the whole training part.
    """
    optimizer = view.optimizer.optimizer
    rate = view.rate
    if optimizer.full_batch:
        return None, rate
    twin.regime.penalize()
    if twin.regime.clipping.active:
        twin.regime.clipping.clip(twin.network.grads)
    scalars = optimizer.scalars(view.optimizer.step + 1, rate)
    parts = []
    for key in keys:
        cut = twin.network.slices[key]
        w, g = view.network.params[cut].copy(), twin.network.grads[cut].astype(view.network.dtype)
        slots = {name: slot[cut].copy() for name, slot in view.optimizer.slots.items()}
        optimizer.update(w, g, slots, rate, scalars, Workspace(view.network.dtype))
        parts.append(w)
    return np.concatenate(parts).astype(np.float64), rate


def _head(values: np.ndarray) -> np.ndarray:
    return np.array(values, np.float64).reshape(-1)[:MOST_VALUES]


def _layer(view: View, node_id: str, output: np.ndarray) -> LayerValues:
    flat = np.asarray(output, np.float64).reshape(-1)
    places = np.arange(flat.size)
    if flat.size > MOST_VALUES:
        places = np.sort(np.argsort(-np.abs(flat), kind="stable")[:TOP_VALUES])
    layer = view.network.graph[node_id].layer
    activation = layer.output_activation
    named = [activation.title] if activation is not None else []
    through = view.experiment.shown_through(node_id, view.network.analysis)
    whole = len(places) == flat.size
    return LayerValues(
        node=node_id, title=layer.title, shape=tuple(output.shape), size=flat.size, values=flat[places],
        places=None if whole else tuple(tuple(int(i) for i in np.unravel_index(p, output.shape)) for p in places.tolist()),
        activation=", ".join([*named, through] if through else named), is_input=layer.is_entry(),
    )  # fmt: skip


def _name(shape: tuple[int, ...], key: str, index: int) -> str:
    """ "W[1, 3]" for the first input's weight to the third unit in "dense_1/W"; "b" for one that holds a single number."""
    name = key.split("/", 1)[1]
    if math.prod(shape) == 1:
        return name
    return f"{name}[{', '.join(str(i + 1) for i in np.unravel_index(index, shape))}]"


def _factors(twin: Twin, node_id: str, ends: list[np.ndarray], chosen: list[tuple[str, int]]) -> tuple[tuple[float, float] | None, ...]:
    """The two factors of each chosen derivative (array, place in it) as the layer says; see `Layer.gradient_factors`."""
    step = next(s for s in twin.network.steps if s.id == node_id)
    declared = step.layer.gradient_factors([ends[s] for s in step.sources], step.grads)
    made: list[tuple[float, float] | None] = []
    for key, index in chosen:
        name = key.split("/", 1)[1]
        if name not in declared:
            made.append(None)
            continue
        shape = step.params[name].shape
        x, delta = (np.broadcast_to(part, shape)[np.unravel_index(index, shape)] for part in declared[name])
        made.append((float(x), float(delta)))
    return tuple(made)
