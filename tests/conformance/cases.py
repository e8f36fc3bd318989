"""The cases that conformance and parity tests iterate, all derived from the registries, and what they share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vitrine.core.layers.base import Context, Layer, Shape
from vitrine.core.losses.base import Loss
from vitrine.core.registry import KINDS
from vitrine.core.rng import generator
from vitrine.core.spec import Registry, Spec
from vitrine.core.tasks.base import Task


def registries() -> list[Registry[Any]]:
    """Those of core and datasets."""
    return [Registry.of(kind) for kind, package in KINDS.items() if package.startswith(("vitrine.core", "vitrine.datasets"))]


def all_types() -> list[type[Spec]]:
    return [cls for registry in registries() for cls in registry]


def name_of(cls: type[Spec]) -> str:
    assert cls.registry is not None
    return f"{cls.registry.name}.{cls.__name__}"


def examples(types: Iterable[type[Spec]]) -> list[Spec]:
    """Each type with its defaults and with the `examples` it declares, without repetition."""
    found: list[Spec] = []
    for cls in types:
        declared = getattr(cls, "examples", ())
        for settings in ({}, *(declared if isinstance(declared, tuple) else ())):  # a hyperparameter may bear that name
            spec = cls(**settings)
            if spec not in found:
                found.append(spec)
    return found


def show(spec: Any) -> str:
    """A test's name for a spec: its type and the settings that differ from the defaults."""
    if not isinstance(spec, Spec):
        return str(spec)
    default = type(spec)().to_json()
    changed = {k: v for k, v in spec.to_json().items() if v != default.get(k)}
    return type(spec).__name__ + (json.dumps(changed).replace('"', "").replace(" ", "") if changed else "")


def shapes_of(layer: Layer) -> tuple[Shape, ...]:
    return type(layer).example_shapes


@dataclass
class LayerRun:
    """One layer with its arrays, as a network would hold it."""

    layer: Layer
    ctx: Context
    params: dict[str, np.ndarray]
    grads: dict[str, np.ndarray]
    inputs: list[np.ndarray]

    def forward(self, training: bool = True, noise: int = 1) -> np.ndarray:
        """A copy of the output; `noise` seeds the generator for what is random in the layer."""
        self.ctx.training = training
        self.ctx.rng = generator(noise)
        return self.layer.forward(self.params, self.inputs, self.ctx).copy()

    def backward(self, dy: np.ndarray) -> list[np.ndarray | None]:
        """Copies of the input gradients; `grads` starts as NaN, so that what is not written shows."""
        for grad in self.grads.values():
            grad.fill(np.nan)
        found = self.layer.backward(self.params, self.grads, dy.copy(), self.ctx)
        return [None if dx is None else dx.copy() for dx in found]


def run_of(layer: Layer, batch: int = 4, seed: int = 0, dtype: Any = np.float32, shapes: tuple[Shape, ...] | None = None) -> LayerRun:
    """The layer with random parameters (biases too) and inputs, of its example's shapes or those given."""
    shapes = shapes or shapes_of(layer)
    rng = generator(seed, type(layer).__name__)
    params = {}
    for name, param in layer.param_shapes(*shapes).items():
        first = np.full(param.shape, param.start)
        if param.initializer is not None:
            first = param.initializer.sample(rng, param.shape, param.fan_in, param.fan_out)
        params[name] = (first + rng.uniform(0.05, 0.2, param.shape)).astype(dtype)
    state = {name: np.full(s.shape, s.start, dtype) for name, s in layer.state_shapes(*shapes).items()}
    inputs = [np.ascontiguousarray(x, dtype) for x in layer.example_inputs(shapes, batch, rng)]
    return LayerRun(layer, Context(dtype, state), params, {k: np.empty_like(v) for k, v in params.items()}, inputs)


@dataclass(frozen=True)
class FakeInfo:
    """What a loss asks of data."""

    task: Task
    class_names: tuple[str, ...] = ()
    target_shape: tuple[int, ...] = ()
    input_shape: tuple[int, ...] = (3,)
    element: str = "table"


INFOS = {
    "two classes": FakeInfo(Task.named("classification"), ("no", "yes")),
    "four classes": FakeInfo(Task.named("classification"), tuple("abcd")),
    "vector": FakeInfo(Task.named("regression"), target_shape=(3,)),
    "image": FakeInfo(Task.named("regression"), target_shape=(2, 3, 1)),
}


def loss_cases() -> list[tuple[Loss, FakeInfo]]:
    """Every loss with every kind of data that it says it fits."""
    return [(loss, info) for loss in examples(Loss.registry) for info in INFOS.values() if loss.fits(info) is None]  # type: ignore[misc,attr-defined]


def loss_batch(loss: Loss, info: FakeInfo, count: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random float32 outputs and encoded targets; regression targets lie between 0 and 1, where every loss takes them."""
    rng = generator(seed, type(loss).__name__)
    if info.task.has_classes:
        y = rng.integers(0, len(info.class_names), count)
    else:
        y = rng.uniform(0, 1, (count, *info.target_shape)).astype(np.float32)
    outputs = rng.standard_normal((count, *loss.output_shape(info))).astype(np.float32)
    return outputs, loss.encode(y, info)
