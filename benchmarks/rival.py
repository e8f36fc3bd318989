"""The same nets in PyTorch: built from a trainer's graph with its weights, trained in a plain eager loop."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from vitrine.core.layers.base import Layer, Shape
from vitrine.core.training.trainer import Trainer


class Rival:
    """A PyTorch twin of a trainer, on copies of its data. `step` learns one batch, as `Trainer` does."""

    def __init__(self, trainer: Trainer, torch: ModuleType) -> None:
        self.torch = torch
        experiment = trainer.experiment
        channels_first = len(trainer.network.input_shape) == 3
        x = trainer.x.transpose(0, 3, 1, 2) if channels_first else trainer.x
        self.x = torch.from_numpy(np.array(x, order="C"))  # a copy: the trainer's are read-only
        self.targets = torch.from_numpy(np.array(trainer.targets))
        self.batch = trainer.batch_size
        self.model = torch.nn.Sequential(*_modules(trainer, torch))
        self.loss = _LOSSES[type(experiment.loss).__name__](torch)
        self.optimizer = _optimizer(experiment.optimizer, self.model, torch)
        self._order, self._position = torch.randperm(len(self.x)), 0

    def step(self) -> float:
        """One batch of the shuffled epoch; its loss."""
        if self._position + self.batch > len(self._order):
            self._order, self._position = self.torch.randperm(len(self.x)), 0
        rows = self._order[self._position : self._position + self.batch]
        self._position += self.batch
        return self.learn(self.x[rows], self.targets[rows])

    def learn(self, x: Any, targets: Any) -> float:
        self.optimizer.zero_grad()
        loss = self.loss(self.model(x), targets)
        loss.backward()
        self.optimizer.step()
        return float(loss.item())

    def tie_second_biases(self) -> None:
        """Hold still the second bias that PyTorch's recurrent cells have, so that both sides learn the same model."""
        for module in self.model.modules():
            bias = getattr(module, "bias_hh_l0", None)
            if bias is not None:
                keep = self.torch.zeros_like(bias)
                if isinstance(module, self.torch.nn.GRU):
                    keep[2 * module.hidden_size :] = 1
                bias.register_hook(lambda grad, keep=keep: grad * keep)


def _modules(trainer: Trainer, torch: ModuleType) -> list[Any]:
    network = trainer.network
    modules: list[Any] = []
    for step in network.steps[1:]:
        shape = (network.analysis.input_shapes(step.id) or [()])[0]
        params = {name: torch.from_numpy(array.copy()) for name, array in step.params.items()}
        before = network.steps[step.sources[0]]
        sources = network.analysis.input_shapes(before.id)
        flat_of = sources[0] if sources and type(before.layer).__name__ == "Flatten" else None
        modules += _MAKERS[type(step.layer).__name__](step.layer, shape, params, torch, flat_of)
        activation = step.layer.output_activation  # a recurrent layer's own is inside its cell
        if activation is not None and not activation.identity:
            modules.append(getattr(torch.nn, type(activation).__name__)())
    return modules


def _filled(module: Any, torch: ModuleType, **values: Any) -> Any:
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(value)
    return module


def _dense(layer: Layer, shape: Shape, params: dict[str, Any], torch: ModuleType, flat_of: Shape | None) -> list[Any]:
    weights = params["W"].numpy()
    if flat_of is not None:  # PyTorch flattens channels first
        weights = weights.reshape(*flat_of, -1).transpose(2, 0, 1, 3).reshape(weights.shape)
    module = torch.nn.Linear(*weights.shape)
    return [_filled(module, torch, weight=torch.from_numpy(np.ascontiguousarray(weights.T)), bias=params["b"])]


def _conv(layer: Any, shape: Shape, params: dict[str, Any], torch: ModuleType, flat_of: Shape | None) -> list[Any]:
    module = torch.nn.Conv2d(shape[2], layer.filters, layer.kernel_size, padding=layer.kernel_size // 2, bias=layer.use_bias)
    values = {"bias": params["b"]} if layer.use_bias else {}
    return [_filled(module, torch, weight=params["W"].permute(3, 2, 0, 1), **values)]


def _batch_norm(layer: Any, shape: Shape, params: dict[str, Any], torch: ModuleType, flat_of: Shape | None) -> list[Any]:
    return [torch.nn.BatchNorm2d(shape[-1], eps=layer.epsilon, momentum=1 - layer.momentum)]


class _Last:
    """Makes a module that runs a recurrent one and gives its last state."""

    @staticmethod
    def of(cell: Any, torch: ModuleType) -> Any:
        class Last(torch.nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.cell = cell

            def forward(self, x: Any) -> Any:
                return self.cell(x)[0][:, -1]

        return Last()


def _recurrent(name: str) -> Callable[..., list[Any]]:
    def make(layer: Any, shape: Shape, params: dict[str, Any], torch: ModuleType, flat_of: Shape | None) -> list[Any]:
        cell = getattr(torch.nn, name)(shape[1], layer.units, batch_first=True)
        second = torch.zeros_like(cell.bias_hh_l0)
        if "c" in params:
            second[2 * layer.units :] = params["c"]
        _filled(cell, torch, weight_ih_l0=params["W"].T, weight_hh_l0=params["U"].T, bias_ih_l0=params["b"], bias_hh_l0=second)
        return [_Last.of(cell, torch)]

    return make


_MAKERS: dict[str, Callable[..., list[Any]]] = {
    "Dense": _dense,
    "Conv2D": _conv,
    "MaxPool2D": lambda layer, shape, params, torch, flat_of: [torch.nn.MaxPool2d(layer.pool_size, ceil_mode=True)],
    "Dropout": lambda layer, shape, params, torch, flat_of: [torch.nn.Dropout(layer.rate)],
    "Flatten": lambda layer, shape, params, torch, flat_of: [torch.nn.Flatten()],
    "Activation": lambda layer, shape, params, torch, flat_of: [],
    "BatchNorm": _batch_norm,
    "LSTM": _recurrent("LSTM"),
    "GRU": _recurrent("GRU"),
}

_LOSSES: dict[str, Callable[[ModuleType], Any]] = {
    "CategoricalCrossEntropy": lambda torch: torch.nn.CrossEntropyLoss(),
    "BinaryCrossEntropy": lambda torch: torch.nn.BCEWithLogitsLoss(),
    "MeanSquaredError": lambda torch: torch.nn.MSELoss(),
}


def _optimizer(spec: Any, model: Any, torch: ModuleType) -> Any:
    rate, parameters = spec.learning_rate, model.parameters()
    kind = type(spec).__name__
    if kind == "Adam":
        return torch.optim.Adam(parameters, rate, (spec.beta1, spec.beta2), spec.epsilon)
    if kind == "RMSProp":
        return torch.optim.RMSprop(parameters, rate, spec.rho, spec.epsilon)
    return torch.optim.SGD(parameters, rate)
