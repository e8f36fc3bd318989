"""What PyTorch has for each registered type, by the type's name. A type that is missing here fails a test.

A reference gets Vitrine's own parameters, as tensors of their own layout, so that gradients compare without conversion.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

Tensors = dict[str, Any]


class Reference:
    """The torch module with what every reference needs of it."""

    def __init__(self, torch: ModuleType) -> None:
        self.torch = torch
        self.F = torch.nn.functional

    def activate(self, activation: Any, z: Any, params: Tensors, ours: Any) -> Any:
        own = {k.removeprefix("activation_"): v for k, v in params.items()}
        return ACTIVATIONS[type(activation).__name__](self, activation, z, own, ours)

    def pad(self, x: Any, sizes: tuple[int, ...], stride: int, padding: int | str, value: float = 0.0) -> Any:
        """x (N, C, *axes) with TensorFlow's "same" padding (the larger half behind), or a number all round."""
        widths: list[int] = []
        for extent, size in reversed(list(zip(x.shape[2:], sizes))):
            total = 2 * int(padding) if not isinstance(padding, str) else 0
            if padding == "same":
                total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
            widths += [total // 2, total - total // 2]
        return self.F.pad(x, widths, value=value)


def channels_first(x: Any) -> Any:
    return x.movedim(-1, 1)


def channels_last(x: Any) -> Any:
    return x.movedim(1, -1)


# -- activations: (reference, activation, z, own parameters, Vitrine's output as an array) -> y ---------------------------------


def _rrelu(ref: Reference, a: Any, z: Any, p: Tensors, ours: Any) -> Any:
    """The slopes that were drawn, read off the output where z is negative: each must lie in the range it says."""
    slope = ref.torch.where(z.detach() < 0, ref.torch.tensor(ours) / z.detach(), ref.torch.ones_like(z))
    assert bool(((slope == 1) | ((slope > a.low - 1e-5) & (slope < a.high + 1e-5))).all())
    return z * slope


def _soft_exponential(ref: Reference, a: Any, z: Any, p: Tensors, ours: Any) -> Any:
    alpha = p["alpha"]
    safe = ref.torch.where(alpha.abs() < 1e-6, ref.torch.ones_like(alpha), alpha)
    negative = -ref.torch.log((1 - safe * (z + safe)).clamp(min=0.01)) / safe
    positive = (ref.torch.exp((safe * z).clamp(max=30)) - 1) / safe + safe  # flat beyond, as ours is
    return ref.torch.where(alpha.abs() < 1e-6, z, ref.torch.where(alpha < 0, negative, positive))


ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "Linear": lambda ref, a, z, p, ours: z,
    "Step": lambda ref, a, z, p, ours: (z > 0).to(z.dtype) + 0 * z,
    "Sigmoid": lambda ref, a, z, p, ours: z.sigmoid(),
    "HardSigmoid": lambda ref, a, z, p, ours: ref.F.hardsigmoid(z),
    "Tanh": lambda ref, a, z, p, ours: z.tanh(),
    "Softsign": lambda ref, a, z, p, ours: ref.F.softsign(z),
    "Softplus": lambda ref, a, z, p, ours: ref.F.softplus(z),
    "ReLU": lambda ref, a, z, p, ours: z.relu(),
    "LeakyReLU": lambda ref, a, z, p, ours: ref.F.leaky_relu(z, a.alpha),
    "PReLU": lambda ref, a, z, p, ours: ref.torch.where(z > 0, z, p["alpha"] * z),
    "RReLU": _rrelu,
    "ELU": lambda ref, a, z, p, ours: ref.F.elu(z, a.alpha),
    "SELU": lambda ref, a, z, p, ours: ref.F.selu(z),
    "GELU": lambda ref, a, z, p, ours: ref.F.gelu(z, approximate="tanh" if a.approximate else "none"),
    "Swish": lambda ref, a, z, p, ours: z * (a.beta * z).sigmoid(),
    "SoftExponential": _soft_exponential,
    "Softmax": lambda ref, a, z, p, ours: z.softmax(-1),
}

# -- layers: (reference, layer, parameters, inputs, Vitrine's output as an array, training) -> y -----------------------------------


def _dense(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    z = x[0] @ p["W"]
    return ref.activate(layer.activation, z + p["b"] if "b" in p else z, p, ours)


def _conv(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    axes = x[0].ndim - 2
    padded = ref.pad(channels_first(x[0]), (layer.kernel_size,) * axes, layer.stride, layer.padding)
    weight = p["W"].movedim((-1, -2), (0, 1)).contiguous()
    convolve = ref.F.conv2d if axes == 2 else ref.F.conv1d
    return ref.activate(layer.activation, channels_last(convolve(padded, weight, p.get("b"), stride=layer.stride)), p, ours)


def _conv_transpose(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    """The whole transposed convolution, then cut (or, where strides leave gaps, extended) to the size that padding says."""
    weight = p["W"].movedim((-1, -2), (0, 1)).contiguous()
    whole = ref.F.conv_transpose2d(channels_first(x[0]), weight, None, stride=layer.stride)
    cuts: list[int] = []
    for extent, wanted in reversed(list(zip(whole.shape[2:], ours.shape[1:3]))):
        total = extent - wanted
        before = max(total, 0) // 2
        cuts += [-before, -(total - before)]
    z = channels_last(ref.F.pad(whole, cuts))
    return ref.activate(layer.activation, z + p["b"] if "b" in p else z, p, ours)


def _max_pool(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    stride = layer.stride or layer.pool_size
    padded = ref.pad(channels_first(x[0]), (layer.pool_size,) * 2, stride, layer.padding, -1e30)
    return channels_last(ref.F.max_pool2d(padded, layer.pool_size, stride))


def _average_pool(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    stride, size = layer.stride or layer.pool_size, (layer.pool_size,) * 2
    padded = ref.pad(channels_first(x[0]), size, stride, layer.padding)
    inside = ref.pad(ref.torch.ones_like(channels_first(x[0])), size, stride, layer.padding)
    total, share = (ref.F.avg_pool2d(part, layer.pool_size, stride) for part in (padded, inside))
    return channels_last(total / share)


def _batch_norm(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    mean, variance = ref.torch.zeros_like(p["gamma"].detach()), ref.torch.ones_like(p["gamma"].detach())
    rows = x[0].reshape(-1, x[0].shape[-1])
    y = ref.F.batch_norm(rows, mean, variance, p["gamma"], p["beta"], training, 1 - layer.momentum, layer.epsilon)
    return y.reshape(x[0].shape)


def _layer_norm(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    return ref.F.layer_norm(x[0], x[0].shape[-1:], p["gamma"], p["beta"], layer.epsilon)


def _dropout(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    """PyTorch draws other masks: ours is read off the output, and must silence about its rate."""
    if not training:
        return x[0]
    mask = ref.torch.tensor((ours != 0).astype(np.float32))
    return x[0] * mask / (1 - layer.rate)


def _gaussian_noise(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    return x[0] + (ref.torch.tensor(ours) - x[0].detach())


def _sparse_activity(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    """The input, with PyTorch's gradient of the divergence added on the way back."""
    own = x[0].detach().clone().requires_grad_()
    mean = own.flatten(0, -2).mean(0)
    wanted = ref.torch.full_like(mean, layer.share)
    pairs = ref.torch.stack([wanted, 1 - wanted]), ref.torch.stack([mean, 1 - mean])
    (layer.strength * ref.F.kl_div(pairs[1].log(), pairs[0], reduction="sum")).backward()
    y = x[0] * 1
    y.register_hook(lambda grad: grad + own.grad)
    return y


def _recurrent(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    """Step by step in elementary operations: PyTorch's own LSTM and GRU know no other activation than tanh."""
    x0 = x[0].flip(1) if layer.reverse else x[0]
    f = lambda z: ref.activate(layer.activation, z, p, ours)  # noqa: E731
    step = {"SimpleRNN": _rnn_step, "LSTM": _lstm_step, "GRU": _gru_step}[type(layer).__name__]
    h = c = ref.torch.zeros(len(x0), layer.units, dtype=x0.dtype)
    outputs = []
    for t in range(x0.shape[1]):
        h, c = step(layer, p, x0[:, t] @ p["W"] + p["b"], h, c, f)
        outputs.append(h)
    if not layer.return_sequences:
        return h
    y = ref.torch.stack(outputs, 1)
    return y.flip(1) if layer.reverse else y


def _rnn_step(layer: Any, p: Tensors, z: Any, h: Any, c: Any, f: Any) -> tuple[Any, Any]:
    return f(z + h @ p["U"]), c


def _lstm_step(layer: Any, p: Tensors, z: Any, h: Any, c: Any, f: Any) -> tuple[Any, Any]:
    i, forget, g, o = (z + h @ p["U"]).chunk(4, dim=1)
    c = (forget + layer.forget_bias).sigmoid() * c + i.sigmoid() * f(g)
    return o.sigmoid() * f(c), c


def _gru_step(layer: Any, p: Tensors, z: Any, h: Any, c: Any, f: Any) -> tuple[Any, Any]:
    (zr, zz, zn), (ur, uz, un) = z.chunk(3, dim=1), (h @ p["U"]).chunk(3, dim=1)
    update = (zz + uz).sigmoid()
    return (1 - update) * f(zn + (zr + ur).sigmoid() * (un + p["c"])) + update * h, c


def _playground(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    a, b = x[0][:, 0], x[0][:, 1]
    values = {"x1": a, "x2": b, "square1": a**2, "square2": b**2, "product": a * b, "sine1": a.sin(), "sine2": b.sin()}
    return ref.torch.stack([value for name, value in values.items() if getattr(layer, name)], 1)


def _embedding(ref: Reference, layer: Any, p: Tensors, x: list[Any], ours: Any, training: bool) -> Any:
    return ref.F.embedding(x[0].detach().round().long(), p["E"])


LAYERS: dict[str, Callable[..., Any]] = {
    "Input": lambda ref, layer, p, x, ours, training: x[0],
    "Dense": _dense,
    "Activation": lambda ref, layer, p, x, ours, training: ref.activate(layer.activation, x[0], p, ours),
    "Flatten": lambda ref, layer, p, x, ours, training: x[0].flatten(1),
    "Reshape": lambda ref, layer, p, x, ours, training: x[0].reshape(len(x[0]), *layer.target_shape),
    "Conv2D": _conv,
    "Conv1D": _conv,
    "Conv2DTranspose": _conv_transpose,
    "MaxPool2D": _max_pool,
    "AveragePool2D": _average_pool,
    "GlobalAveragePool": lambda ref, layer, p, x, ours, training: x[0].mean(dim=tuple(range(1, x[0].ndim - 1))),
    "UpSample2D": lambda ref, layer, p, x, ours, training: x[0].repeat_interleave(layer.size, 1).repeat_interleave(layer.size, 2),
    "BatchNorm": _batch_norm,
    "LayerNorm": _layer_norm,
    "Dropout": _dropout,
    "SpatialDropout": _dropout,
    "GaussianNoise": _gaussian_noise,
    "SparseActivity": _sparse_activity,
    "SimpleRNN": _recurrent,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "Embedding": _embedding,
    "Add": lambda ref, layer, p, x, ours, training: sum(x),
    "Multiply": lambda ref, layer, p, x, ours, training: ref.torch.stack(x).prod(0),
    "Concatenate": lambda ref, layer, p, x, ours, training: ref.torch.cat(x, -1),
    "PlaygroundFeatures": _playground,
}

# -- losses: (reference, loss, outputs, targets) -> value -----------------------------------------------------------------------------

LOSSES: dict[str, Callable[..., Any]] = {
    "MeanSquaredError": lambda ref, loss, y, t: ref.F.mse_loss(y, t),
    "HalvedMeanSquaredError": lambda ref, loss, y, t: ref.F.mse_loss(y, t) / 2,
    "MeanAbsoluteError": lambda ref, loss, y, t: ref.F.l1_loss(y, t),
    "Huber": lambda ref, loss, y, t: ref.F.huber_loss(y, t, delta=loss.delta),
    "BinaryCrossEntropy": lambda ref, loss, y, t: ref.F.binary_cross_entropy_with_logits(y, t),
    "CategoricalCrossEntropy": lambda ref, loss, y, t: ref.F.cross_entropy(y, t),
    "Hinge": lambda ref, loss, y, t: (1 - t * y).relu().mean(),
    "MultiClassHinge": lambda ref, loss, y, t: ref.F.multi_margin_loss(y, t),
    "PerceptronCriterion": lambda ref, loss, y, t: (-t * y).relu().sum() / (1 if loss.reduction == "sum" else len(y)),
}

# -- optimizers: (reference, optimizer, tensors) -> PyTorch's optimizer -----------------------------------------------------------------

OPTIMIZERS: dict[str, Callable[..., Any]] = {
    "SGD": lambda ref, o, w: ref.torch.optim.SGD(w, o.learning_rate),
    "Momentum": lambda ref, o, w: ref.torch.optim.SGD(w, o.learning_rate, momentum=o.momentum),
    "Nesterov": lambda ref, o, w: ref.torch.optim.SGD(w, o.learning_rate, momentum=o.momentum, nesterov=True),
    "Adagrad": lambda ref, o, w: ref.torch.optim.Adagrad(w, o.learning_rate, eps=o.epsilon),
    "Adadelta": lambda ref, o, w: ref.torch.optim.Adadelta(w, o.learning_rate, rho=o.rho, eps=o.epsilon),
    "RMSProp": lambda ref, o, w: ref.torch.optim.RMSprop(w, o.learning_rate, alpha=o.rho, eps=o.epsilon),
    "Adam": lambda ref, o, w: ref.torch.optim.Adam(w, o.learning_rate, (o.beta1, o.beta2), o.epsilon),
    "AdaMax": lambda ref, o, w: ref.torch.optim.Adamax(w, o.learning_rate, (o.beta1, o.beta2), o.epsilon),
    "Nadam": lambda ref, o, w: ref.torch.optim.NAdam(w, o.learning_rate, (o.beta1, o.beta2), o.epsilon, momentum_decay=0.004),
    "AdamW": lambda ref, o, w: ref.torch.optim.AdamW(w, o.learning_rate, (o.beta1, o.beta2), o.epsilon, weight_decay=o.weight_decay),
}

NO_EQUIVALENT = {
    "LBFGS": "SciPy's implementation, whose line search differs from PyTorch's; tests/core/optimizers/test_lbfgs.py compares it with SciPy",
}
