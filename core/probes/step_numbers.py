"""Every number of one example's way through the network and back, and each gradient a second time by trying."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from core import tracing
from core.layers.dense import Dense
from core.probes.base import Probe, View
from core.spec import hp
from core.twin import Twin, twin_of
from core.workspace import Workspace

MOST_VALUES = 64  # of one layer that are given in full
TOP_VALUES = 12  # of a larger one: the largest
MOST_WEIGHTS = 30
BUDGET = 20_000_000  # multiply-adds that the differences may take
LAYER_COST = 30_000  # multiply-adds that calling a layer is worth
MOST_PARAMETERS = 500_000  # of a network whose gradient is worked out here


class StepNumbers(Probe):
    """For one example: its values, every layer's output, target, loss E; and for the weights w of one layer dE/dw by
    back-propagation (the chain rule), dE/dw ~ (E(w + h) - E(w - h)) / 2h, and w after a step on this example alone.

    Of a layer with more than 30 weights those with the largest gradients are given, fewer where a pass costs much. In
    float64 on a copy of the network, as in prediction (no dropout). Layers over 64 values give the 12 largest.
    Rumelhart, Hinton and Williams, 1986.
    """

    node: str = hp("", "The layer whose weights are looked at")
    sample: int = hp(0, "Which example", minimum=0)
    split: str = hp("train", "Which part of the data", choices=("train", "validation", "test"))
    amount: float = hp(1e-6, "What is added to a weight to see how the loss changes, h", minimum=1e-9, maximum=1.0, exclusive=True)

    rank: ClassVar[int] = 70
    interval: ClassVar[float] = 0.5

    def __call__(self, view: View) -> dict[str, Any]:
        found = tracing.sample_of(view.data, self.split, self.sample)
        if found is None:
            return {}
        x, label = found
        network, loss = view.network, view.experiment.loss
        payload: dict[str, Any] = {
            "step": view.step, "split": self.split, "sample": min(self.sample, len(view.data.split(self.split)[0]) - 1),
            "node": self.node, "loss_name": loss.title, "amount": self.amount, "label": np.array(label).tolist(),
        }  # fmt: skip
        if network.param_count > MOST_PARAMETERS:
            outputs = network.activations(x)
            payload["layers"] = [_layer(view, node_id, array[0]) for node_id, array in outputs.items()]
            payload["note"] = f"{network.param_count:,} parameters: too many for gradients one by one; only the values are shown."
            return payload
        twin = twin_of(view)
        targets = loss.encode(np.asarray(label)[None], view.data.info)
        value, slope = twin.gradient(x, targets)
        ends = [array[0].copy() for array in twin.forward(x)]
        ends[-1] = twin.network.link(ends[-1][None])[0]
        payload["layers"] = [_layer(view, step.id, array) for step, array in zip(twin.network.steps, ends)]
        wanted = np.eye(slope.shape[-1])[targets[0]] if targets.dtype.kind in "iu" else targets[0]
        payload |= {"loss": value, "target": _head(wanted), "output_slope": _head(slope[0]), "linked": twin.network.is_linked}
        if any(key.startswith(self.node + "/") for key in twin.network.slices):
            payload["weights"] = self._weights(view, twin, x, targets, ends)
        return payload

    def _weights(self, view: View, twin: Twin, x: np.ndarray, targets: np.ndarray, ends: list[np.ndarray]) -> dict[str, Any]:
        """Columns of the table: one entry a weight."""
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
        above, below = differences(twin, x, targets, places[chosen], self.amount)
        new, rate = after_step(view, twin, keys)
        delta = _delta(twin, self.node, ends, gradient)
        return {
            "names": [_name(network.specs[names[i][0]].shape, *names[i]) for i in chosen], "total": len(places),
            "old": network.params[places[chosen]], "backprop": gradient[places[chosen]], "above": above, "below": below,
            "numeric": (above - below) / (2 * self.amount), "new": None if new is None else new[chosen], "rate": rate,
            "optimizer": view.optimizer.optimizer.title, "penalty": bool(twin.regime.penalties), "clipped": twin.regime.clipping.active,
            "factors": [None if delta is None else _factors(names[i], network.specs[names[i][0]].shape, *delta) for i in chosen],
        }  # fmt: skip


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
    rate = view.regime.rate(view) if view.regime.scheduled else view.learning_rate  # type: ignore[arg-type]
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


def _layer(view: View, node_id: str, output: np.ndarray) -> dict[str, Any]:
    flat = np.asarray(output, np.float64).reshape(-1)
    places = np.arange(flat.size)
    if flat.size > MOST_VALUES:
        places = np.sort(np.argsort(-np.abs(flat), kind="stable")[:TOP_VALUES])
    layer = view.network.graph[node_id].layer
    activation = layer.output_activation
    return {
        "node": node_id, "title": layer.title, "shape": tuple(output.shape), "size": flat.size, "values": flat[places],
        "places": None if len(places) == flat.size else [np.unravel_index(p, output.shape) for p in places.tolist()],
        "activation": "" if activation is None else activation.title, "is_input": layer.inputs[1] == 0,
    }  # fmt: skip


def _name(shape: tuple[int, ...], key: str, index: int) -> str:
    """"W[0, 2]" for the array "dense_1/W"; "b" for one that holds a single number."""
    name = key.split("/", 1)[1]
    if math.prod(shape) == 1:
        return name
    return f"{name}[{', '.join(str(i) for i in np.unravel_index(index, shape))}]"


def _delta(twin: Twin, node_id: str, ends: list[np.ndarray], gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """What a Dense layer's unit gets, x (F,), and delta = dE/dz (units,): their product is the gradient of its weights.

    None for other layers, for sequences, and without biases where every input is zero."""
    network = twin.network
    step = next(s for s in network.steps if s.id == node_id)
    if not isinstance(step.layer, Dense) or ends[step.sources[0]].ndim != 1:
        return None
    x = ends[step.sources[0]]
    if step.layer.use_bias:
        return x, gradient[network.slices[f"{node_id}/b"]]
    largest = int(np.abs(x).argmax())
    if x[largest] == 0:
        return None
    key = f"{node_id}/W"
    return x, gradient[network.slices[key]].reshape(network.specs[key].shape)[largest] / x[largest]


def _factors(name: tuple[str, int], shape: tuple[int, ...], x: np.ndarray, delta: np.ndarray) -> tuple[float, float] | None:
    """x_i and delta_j of one weight W[i, j]; 1 and delta_j of a bias."""
    array, index = name[0].split("/", 1)[1], name[1]
    if array == "W":
        i, j = divmod(index, shape[1])
        return float(x[i]), float(delta[j])
    return (1.0, float(delta[index])) if array == "b" else None
