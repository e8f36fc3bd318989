"""Convolution and pooling over images, and dropout: the lecture's figures, naive loops, PyTorch, numeric gradients."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from layer_help import numeric_gradients, run_layer

from vitrine.core.errors import ShapeError
from vitrine.core.kernels.windows import window
from vitrine.core.layers.average_pool2d import AveragePool2D
from vitrine.core.layers.base import Context, Layer
from vitrine.core.layers.conv2d import Conv2D
from vitrine.core.layers.dropout import Dropout
from vitrine.core.layers.max_pool2d import MaxPool2D

SHAPES = [(2, 5, 6, 2), (2, 9, 7, 1), (40, 14, 14, 8)]  # the last takes several chunks
SIZES = [(1, 1), (2, 1), (3, 1), (5, 1), (2, 2), (3, 2), (3, 3), (2, 3)]


def images(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


# -- arithmetic -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("extent", "size", "padding", "stride", "expected"), [(4, 3, 0, 1, 2), (5, 3, 0, 2, 2), (5, 4, 2, 1, 6)])
def test_lecture_convolution_arithmetic(extent: int, size: int, padding: int, stride: int, expected: int) -> None:
    layer = Conv2D(filters=1, kernel_size=size, stride=stride, padding=padding)
    assert layer.output_shape((extent, extent, 1)) == (expected, expected, 1)
    assert run_layer(layer, images((1, extent, extent, 1))).y.shape == (1, expected, expected, 1)


@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
def test_lecture_pooling_arithmetic(kind: type[Layer]) -> None:
    layer = kind(pool_size=3, stride=1)
    assert layer.output_shape((5, 5, 1)) == (3, 3, 1)
    assert run_layer(layer, images((1, 5, 5, 1))).y.shape == (1, 3, 3, 1)


@pytest.mark.parametrize("extent", range(1, 12))
@pytest.mark.parametrize(("size", "stride"), [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (5, 3)])
def test_same_padding_keeps_the_extent_over_the_stride(extent: int, size: int, stride: int) -> None:
    axis = window(extent, size, stride, "same")
    assert axis.count == -(-extent // stride)
    assert axis.after - axis.before in (0, 1), "an odd one out goes to the end"


def test_the_lecture_cnn_shapes() -> None:
    shape: tuple[int, ...] = (28, 28, 1)
    for filters, side in ((32, 14), (64, 7), (128, 4)):
        shape = Conv2D(filters=filters, padding="same").output_shape(shape)
        shape = MaxPool2D(padding="same").output_shape(shape)
        assert shape == (side, side, filters)


# -- against loops ----------------------------------------------------------------------------------------------------------------


def padded(x: np.ndarray, size: int, stride: int, padding: int | str, border: float) -> np.ndarray:
    axes = [window(extent, size, stride, padding) for extent in x.shape[1:3]]
    return np.pad(x, ((0, 0), *((a.before, a.after) for a in axes), (0, 0)), constant_values=border)


@pytest.mark.parametrize("padding", ["valid", "same", 1, 3])
@pytest.mark.parametrize(("size", "stride"), SIZES)
def test_convolution_equals_loops(size: int, stride: int, padding: int | str) -> None:
    x = images((2, 5, 6, 2))
    run = run_layer(Conv2D(filters=3, kernel_size=size, stride=stride, padding=padding), x)
    frame = padded(x, size, stride, padding, 0.0)
    for n, i, j, k in np.ndindex(run.y.shape):
        part = frame[n, i * stride : i * stride + size, j * stride : j * stride + size]
        assert run.y[n, i, j, k] == pytest.approx((part * run.params["W"][..., k]).sum() + run.params["b"][k], abs=1e-12)


@pytest.mark.parametrize("padding", ["valid", "same", 1])
@pytest.mark.parametrize(("size", "stride"), SIZES[1:])
@pytest.mark.parametrize(("kind", "reduce"), [(MaxPool2D, np.nanmax), (AveragePool2D, np.nanmean)])
def test_pooling_equals_loops(kind: type[Layer], reduce: object, size: int, stride: int, padding: int | str) -> None:
    x = images((2, 5, 7, 2))
    y = run_layer(kind(pool_size=size, stride=stride, padding=padding), x).y
    frame = padded(x, size, stride, padding, np.nan)
    for n, i, j, k in np.ndindex(y.shape):
        part = frame[n, i * stride : i * stride + size, j * stride : j * stride + size, k]
        assert y[n, i, j, k] == pytest.approx(reduce(part), abs=1e-12)  # type: ignore[operator]


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_large_batches_are_pooled_in_parts(padding: str) -> None:
    x = images((41, 31, 30, 8))
    whole = run_layer(MaxPool2D(padding=padding), x)
    for part in (slice(0, 1), slice(20, 22), slice(40, 41)):
        alone = run_layer(MaxPool2D(padding=padding), x[part])
        np.testing.assert_array_equal(whole.y[part], alone.y)
    assert whole.dx is not None
    np.testing.assert_allclose(whole.dx.sum(axis=(1, 2)), whole.dy.sum(axis=(1, 2)), atol=1e-9)
    np.testing.assert_array_equal(np.count_nonzero(whole.dx, axis=(1, 2)), whole.y[0, ..., 0].size)


def test_a_flat_image_hands_each_gradient_to_one_pixel() -> None:
    for layer in (MaxPool2D(), MaxPool2D(padding="same"), MaxPool2D(pool_size=3, stride=2)):
        run = run_layer(layer, np.zeros((1, 7, 7, 2)))
        assert run.dx is not None
        assert run.dx.sum() == pytest.approx(run.dy.sum())
        assert np.count_nonzero(run.dx) <= run.dy.size


# -- gradients --------------------------------------------------------------------------------------------------------------------

GRADIENTS = [(kind, settings) for kind in (Conv2D, MaxPool2D, AveragePool2D, Dropout) for settings in kind.examples]


@pytest.mark.parametrize(("kind", "settings"), GRADIENTS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_gradients_equal_central_differences(kind: type[Layer], settings: dict) -> None:
    layer, x = kind(**settings), images((2, 5, 6, 2), seed=3)
    run = run_layer(layer, x)
    for name, expected in numeric_gradients(layer, x, run).items():
        found = run.dx if name == "x" else run.grads[name]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("padding", ["valid", "same", 1, 4])
@pytest.mark.parametrize(("size", "stride"), SIZES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_convolution_equals_torch(torch: ModuleType, shape: tuple[int, ...], size: int, stride: int, padding: int | str) -> None:
    x = images(shape).astype(np.float32)
    run = run_layer(Conv2D(filters=3, kernel_size=size, stride=stride, padding=padding), x)
    tx = torch.tensor(x.transpose(0, 3, 1, 2), requires_grad=True)
    tw = torch.tensor(run.params["W"].transpose(3, 2, 0, 1), requires_grad=True)
    tb = torch.tensor(run.params["b"], requires_grad=True)
    ty = torch.nn.functional.conv2d(torch_pad(torch, tx, size, stride, padding, 0.0), tw, tb, stride=stride)
    ty.backward(torch.tensor(run.dy.transpose(0, 3, 1, 2)))
    close(run.y, ty.detach().numpy().transpose(0, 2, 3, 1))
    close(run.dx, tx.grad.numpy().transpose(0, 2, 3, 1))
    close(run.grads["W"], tw.grad.numpy().transpose(2, 3, 1, 0))
    close(run.grads["b"], tb.grad.numpy())


@pytest.mark.parametrize("padding", ["valid", "same", 1])
@pytest.mark.parametrize(("size", "stride"), SIZES[1:])
@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
def test_pooling_equals_torch(torch: ModuleType, kind: type[Layer], size: int, stride: int, padding: int | str) -> None:
    x = images((3, 9, 7, 2)).astype(np.float32)
    run = run_layer(kind(pool_size=size, stride=stride, padding=padding), x)
    tx = torch.tensor(x.transpose(0, 3, 1, 2), requires_grad=True)
    functional = torch.nn.functional
    if kind is MaxPool2D:
        ty = functional.max_pool2d(torch_pad(torch, tx, size, stride, padding, -np.inf), size, stride)
    else:
        inside = functional.avg_pool2d(torch_pad(torch, torch.ones_like(tx), size, stride, padding, 0.0), size, stride)
        ty = functional.avg_pool2d(torch_pad(torch, tx, size, stride, padding, 0.0), size, stride) / inside
    ty.backward(torch.tensor(run.dy.transpose(0, 3, 1, 2)))
    close(run.y, ty.detach().numpy().transpose(0, 2, 3, 1))
    close(run.dx, tx.grad.numpy().transpose(0, 2, 3, 1))


def torch_pad(torch: ModuleType, x: object, size: int, stride: int, padding: int | str, border: float) -> object:
    rows, cols = (window(extent, size, stride, padding) for extent in x.shape[2:])  # type: ignore[attr-defined]
    return torch.nn.functional.pad(x, (cols.before, cols.after, rows.before, rows.after), value=border)


def close(found: np.ndarray | None, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * max(1.0, float(np.abs(expected).max())))


# -- behavior ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Conv2D, MaxPool2D, AveragePool2D, Dropout])
def test_inputs_stay_as_they_are_and_batches_may_change_size(kind: type[Layer]) -> None:
    ctx = Context(np.float32)
    ctx.training, ctx.rng = True, np.random.default_rng(0)
    layer, shape = kind(), (8, 8, 3)
    params = {name: np.ones(p.shape, np.float32) for name, p in layer.param_shapes(shape).items()}
    grads = {name: np.empty_like(array) for name, array in params.items()}
    for count in (3, 70, 1, 70):
        x = images((count, *shape)).astype(np.float32)
        kept = x.copy()
        y = layer.forward(params, [x], ctx)
        assert y.shape == (count, *layer.output_shape(shape)) and y.dtype == np.float32
        (dx,) = layer.backward(params, grads, np.ones_like(y), ctx)
        assert dx is not None and dx.shape == x.shape and dx.dtype == np.float32
        np.testing.assert_array_equal(x, kept)


def test_dropout_silences_its_share_in_training_only() -> None:
    x = np.ones((100, 1000), np.float32)
    run = run_layer(Dropout(rate=0.3), x)
    assert np.mean(run.y == 0) == pytest.approx(0.3, abs=0.006)
    assert set(np.unique(run.y)) == {np.float32(0), np.float32(1 / 0.7)}
    np.testing.assert_array_equal(run.dx == 0, run.y == 0)
    np.testing.assert_array_equal(run_layer(Dropout(rate=0.3), x, training=False).y, x)
    np.testing.assert_array_equal(run_layer(Dropout(rate=0.3), x).y, run.y, "same generator, same mask")
    assert (run_layer(Dropout(rate=0.3), x, seed=5).y != run.y).any()


@pytest.mark.parametrize(
    ("layer", "shape", "field", "words"),
    [
        (Conv2D(kernel_size=5), (4, 4, 1), "kernel_size", "larger than the 4 × 4 input"),
        (Conv2D(kernel_size=9, padding=1), (4, 4, 1), "kernel_size", "even with its padding"),
        (MaxPool2D(pool_size=5), (4, 8, 1), "pool_size", "at most 4"),
        (Conv2D(kernel_size=1, stride=9), (4, 4, 1), "stride", "leaps over the whole"),
        (MaxPool2D(padding=2), (4, 4, 1), "padding", "smaller than the pool size"),
    ],
)
def test_a_misfit_says_where_and_offers_a_remedy_that_works(layer: Layer, shape: tuple[int, ...], field: str, words: str) -> None:
    with pytest.raises(ShapeError, match=words) as caught:
        layer.output_shape(shape)
    hint = caught.value.hint
    assert caught.value.field == field and hint is not None and hint.action == "set_field"
    assert min(layer.replace(**{hint.field: hint.value}).output_shape(shape)) > 0


@pytest.mark.parametrize("kind", [Conv2D, MaxPool2D, AveragePool2D])
@pytest.mark.parametrize("shape", [(784,), (7, 5), (2, 3, 4, 5)])
def test_only_images_are_taken(kind: type[Layer], shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="takes an image"):
        kind().output_shape(shape)


@pytest.mark.parametrize(
    ("kind", "settings"), [(Conv2D, {"padding": "full"}), (Conv2D, {"padding": -1}), (MaxPool2D, {"stride": 0}), (Dropout, {"rate": 1.0})]
)
def test_bad_settings_are_named(kind: type[Layer], settings: dict) -> None:
    (problem,) = kind(**settings).problems()
    assert problem.field == next(iter(settings))
