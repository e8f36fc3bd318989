"""What an experiment will take of the machine, and what is said where that is too much. Asked before anything is allocated."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Protocol

from vitrine.core import machine
from vitrine.core.data import DataInfo
from vitrine.core.losses.base import Loss
from vitrine.core.network.analysis import Analysis, Fix, Problem, analyze
from vitrine.core.network.cost import Cost, bytes_text, seconds_text
from vitrine.core.network.estimate import Load, estimate
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import FieldProblem

SMALL_EPOCH = 8_000_000  # bytes: an epoch that is copied in shuffled order at its start
EVALUATION_BATCH = 250
LONG_STEP = 1.0  # seconds above which a step is warned of
LONG_DRAWING = 20.0  # seconds that drawing a layer's first weights may take unsaid
MANY = 8  # examples: a batch that could be smaller
LITTLE_LEFT = 0.75  # share of the memory above which a need is warned of


class Checked(Protocol):
    """Settings that say what is wrong with them."""

    def problems(self) -> list[FieldProblem]: ...


class Shares(Checked, Protocol):
    """The shares of the data's parts, as a split declares them."""

    @property
    def train(self) -> float: ...
    @property
    def validation(self) -> float: ...


class Keeping(Checked, Protocol):
    """What a stop rule keeps beside the weights."""

    @property
    def restores_best(self) -> bool: ...


class Batches(Checked, Protocol):
    """How many examples a step takes."""

    @property
    def batch_size(self) -> int | str: ...


class Settings(Protocol):
    """What an experiment is asked for here; `vitrine.core.training.experiment.Experiment` is one."""

    @property
    def loss(self) -> Loss: ...
    @property
    def optimizer(self) -> Optimizer: ...
    @property
    def split(self) -> Shares: ...
    @property
    def stop_rule(self) -> Keeping: ...
    @property
    def training(self) -> Batches: ...


def cost_of(settings: Settings, analysis: Analysis, info: DataInfo) -> Cost | None:
    """The cost of a run; None where a fault leaves it open."""
    parts: tuple[Checked, ...] = (settings.loss, settings.optimizer, settings.split, settings.stop_rule, settings.training)
    if not analysis.ok or analysis.output_shape is None or any(part.problems() for part in parts):
        return None
    return estimate(analysis, _load(settings, info), settings.optimizer, 1 + settings.stop_rule.restores_best, SMALL_EPOCH)


def _load(settings: Settings, info: DataInfo) -> Load:
    count: int = getattr(info, "count", 0)
    train, validation = round(count * settings.split.train), round(count * settings.split.validation)
    size = settings.training.batch_size
    batch = train if isinstance(size, str) else min(size, train) if train else size
    targets = 0 if getattr(info, "reconstructs", False) else prod(settings.loss.output_shape(info))  # else the inputs are the targets
    largest = max(train, validation, count - train - validation)  # any part may be looked at, or measured at the end
    return Load(max(1, batch), min(EVALUATION_BATCH, largest), train, validation, targets)


def cost_problems(cost: Cost, analysis: Analysis, settings: Settings, info: DataInfo, memory: int | None = None) -> list[Problem]:
    """What is too much: for the memory of the machine (default: of this one) an error, else a warning."""
    found = []
    there = machine.memory() if memory is None else memory
    if there is not None and cost.memory > there:
        return [_too_large(cost, analysis, settings, info, there)]
    if there is not None and cost.memory > LITTLE_LEFT * there:
        text = (
            f"training takes about {bytes_text(cost.memory)} of memory; this machine has {bytes_text(there)}, and other programs need some"
        )
        found.append(Problem(text, None, "training.batch_size", severity="warning"))
    if cost.seconds > LONG_STEP:
        found.append(_too_slow(cost))
    for node, seconds in cost.drawing_seconds.items():
        if seconds > LONG_DRAWING:
            text = f"drawing its first weights takes about {seconds_text(seconds)}: another initializer is quicker, or a smaller layer"
            found.append(Problem(text, node, severity="warning"))
    return found


def _too_large(cost: Cost, analysis: Analysis, settings: Settings, info: DataInfo, there: int) -> Problem:
    """At the layer, the data or the batch that takes the most of it."""
    node = max(cost.nodes, key=lambda n: cost.nodes[n], default=None)
    needs = f"about {bytes_text(cost.memory)} of memory, this machine has {bytes_text(there)}"
    if cost.data > cost.memory / 2:
        return Problem(f"training needs {needs}; the data alone take {bytes_text(cost.data)}", None, "dataset")
    if node is not None and cost.nodes[node] > cost.memory / 2:
        name, fixes = _smaller(analysis, node, settings, info, there // 2)
        layer = analysis.graph[node].layer
        what = f"lower its {layer.field(name).label.lower()}" if name else "make it smaller"
        batch = f", or take a smaller batch than {cost.batch:,}" if cost.batch > 1 and _buffers_rule(cost, analysis, node) else ""
        return Problem(
            f"training needs {needs}; this layer alone takes {bytes_text(cost.nodes[node])}: {what}{batch}", node, name, fixes=fixes
        )
    if cost.buffers > cost.memory / 2 and cost.batch > 1:
        batch = "with the whole training part as one batch" if settings.training.batch_size == "full" else f"in batches of {cost.batch:,}"
        return Problem(f"training {batch} needs {needs}: smaller batches take less", None, "training.batch_size")
    return Problem(f"training needs {needs}: the network has {analysis.total_params:,} parameters; make its layers smaller or fewer")


def _buffers_rule(cost: Cost, analysis: Analysis, node: str) -> bool:
    """Whether it is the batch, more than the parameters, that makes the layer large."""
    return cost.nodes[node] > 2 * cost.weights * analysis.param_count(node) / max(1, analysis.total_params)


def _smaller(analysis: Analysis, node: str, settings: Settings, info: DataInfo, room: int) -> tuple[str | None, tuple[Fix, ...]]:
    """The setting of a layer to make smaller, and the remedy that halves it until the run takes no more than `room`."""
    layer = analysis.graph[node].layer
    growing = layer.growing or ((layer.width_field,) if layer.width_field else ())
    for name in growing:
        value = getattr(layer, name)
        while isinstance(value, int) and value > 1:
            value //= 2
            smaller = analyze(analysis.graph.set_layer(node, layer.replace(**{name: value})), info.input_shape)
            cost = cost_of(settings, smaller, info)
            if cost is not None and cost.memory <= room:
                return name, (Fix(f"Set {layer.field(name).label.lower()} to {value:,}", _setter(node, name, value)),)
    return (growing[0] if growing else None), ()


def _setter(node: str, name: str, value: int) -> Callable[[GraphSpec], GraphSpec]:
    return lambda graph: graph.set_layer(node, graph[node].layer.replace(**{name: value}))


def _too_slow(cost: Cost) -> Problem:
    node = max(cost.node_seconds, key=lambda n: cost.node_seconds[n], default=None)
    text = f"a step takes about {seconds_text(cost.seconds)}"
    if cost.batch >= MANY:
        return Problem(
            f"{text}: a smaller batch than {cost.batch:,}, or smaller layers, answer sooner", None, "training.batch_size", "warning"
        )
    return Problem(f"{text}, most of it in this layer: a smaller one answers sooner", node, None, "warning")
