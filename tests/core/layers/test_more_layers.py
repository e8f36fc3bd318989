"""Transposed and one-dimensional convolution, enlarging, global pooling, spatial dropout, noise."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from layer_help import numeric_gradients, run_layer

from vitrine.core.errors import ShapeError
from vitrine.core.layers.base import Layer
from vitrine.core.layers.conv1d import Conv1D
from vitrine.core.layers.conv2d_transpose import Conv2DTranspose
from vitrine.core.layers.gaussian_noise import GaussianNoise
from vitrine.core.layers.global_average_pool import GlobalAveragePool
from vitrine.core.layers.spatial_dropout import SpatialDropout
from vitrine.core.layers.up_sample2d import UpSample2D

KINDS: list[type[Layer]] = [Conv2DTranspose, Conv1D, UpSample2D, GlobalAveragePool, SpatialDropout, GaussianNoise]
CASES = [(kind, settings) for kind in KINDS for settings in kind.examples]


def values(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize(("kind", "settings"), CASES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_gradients_equal_central_differences(kind: type[Layer], settings: dict) -> None:
    layer, x = kind(**settings), values(2, *kind.example_shapes[0], seed=3)
    run = run_layer(layer, x)
    assert run.y.shape == (2, *layer.output_shape(x.shape[1:]))
    for name, expected in numeric_gradients(layer, x, run).items():
        found = run.dx if name == "x" else run.grads[name]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize(("size", "stride"), [(1, 1), (2, 1), (3, 1), (5, 1), (2, 2), (3, 2), (4, 2), (2, 3)])
def test_transposed_convolution_equals_torch(torch: ModuleType, size: int, stride: int, padding: int) -> None:
    layer, x = Conv2DTranspose(filters=3, kernel_size=size, stride=stride, padding=padding), values(30, 5, 6, 4)
    run = run_layer(layer, x)
    tx = torch.tensor(x.transpose(0, 3, 1, 2), requires_grad=True)
    tw = torch.tensor(run.params["W"].transpose(3, 2, 0, 1), requires_grad=True)
    tb = torch.tensor(run.params["b"], requires_grad=True)
    ty = torch.nn.functional.conv_transpose2d(tx, tw, tb, stride=stride, padding=padding)
    ty.backward(torch.tensor(run.dy.transpose(0, 3, 1, 2)))
    np.testing.assert_allclose(run.y, ty.detach().numpy().transpose(0, 2, 3, 1), atol=1e-9)
    np.testing.assert_allclose(run.dx, tx.grad.numpy().transpose(0, 2, 3, 1), atol=1e-9)
    np.testing.assert_allclose(run.grads["W"], tw.grad.numpy().transpose(2, 3, 1, 0), atol=1e-9)
    np.testing.assert_allclose(run.grads["b"], tb.grad.numpy(), atol=1e-9)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_same_transposed_convolution_enlarges_by_the_stride(size: int, stride: int) -> None:
    layer = Conv2DTranspose(filters=2, kernel_size=size, stride=stride, padding="same")
    assert layer.output_shape((4, 5, 3)) == (4 * stride, 5 * stride, 2)


@pytest.mark.parametrize("padding", ["valid", 0, 1, 3])
@pytest.mark.parametrize(("size", "stride"), [(1, 1), (3, 1), (4, 1), (3, 2), (2, 3)])
def test_convolution_over_time_equals_torch(torch: ModuleType, size: int, stride: int, padding: int | str) -> None:
    layer, x = Conv1D(filters=3, kernel_size=size, stride=stride, padding=padding), values(5, 9, 4)
    run = run_layer(layer, x)
    tx = torch.tensor(x.transpose(0, 2, 1), requires_grad=True)
    tw = torch.tensor(run.params["W"].transpose(2, 1, 0), requires_grad=True)
    tb = torch.tensor(run.params["b"], requires_grad=True)
    ty = torch.nn.functional.conv1d(tx, tw, tb, stride=stride, padding=padding)
    ty.backward(torch.tensor(run.dy.transpose(0, 2, 1)))
    np.testing.assert_allclose(run.y, ty.detach().numpy().transpose(0, 2, 1), atol=1e-9)
    np.testing.assert_allclose(run.dx, tx.grad.numpy().transpose(0, 2, 1), atol=1e-9)
    np.testing.assert_allclose(run.grads["W"], tw.grad.numpy().transpose(2, 1, 0), atol=1e-9)
    np.testing.assert_allclose(run.grads["b"], tb.grad.numpy(), atol=1e-9)


def test_enlarging_repeats_each_pixel() -> None:
    x = values(2, 3, 4, 2)
    np.testing.assert_array_equal(run_layer(UpSample2D(size=3), x).y, x.repeat(3, axis=1).repeat(3, axis=2))


def test_global_pooling_takes_the_mean_of_images_and_sequences() -> None:
    for x in (values(2, 3, 4, 5), values(2, 7, 5)):
        np.testing.assert_allclose(run_layer(GlobalAveragePool(), x).y, x.reshape(2, -1, 5).mean(axis=1))


@pytest.mark.parametrize("shape", [(50, 4, 5, 40), (50, 6, 40)])
def test_spatial_dropout_silences_whole_maps(shape: tuple[int, ...]) -> None:
    x = np.ones(shape, np.float32)
    run = run_layer(SpatialDropout(rate=0.3), x)
    maps = run.y.reshape(50, -1, 40)
    assert (maps == maps[:, :1]).all()
    assert np.mean(maps[:, 0] == 0) == pytest.approx(0.3, abs=0.05)
    np.testing.assert_array_equal(run_layer(SpatialDropout(rate=0.3), x, training=False).y, x)


def test_noise_has_its_deviation_and_is_for_training_only() -> None:
    x = np.full((100, 100), 3.0, np.float32)
    y = run_layer(GaussianNoise(deviation=0.5), x).y
    assert y.dtype == np.float32
    assert y.mean() == pytest.approx(3.0, abs=0.03) and y.std() == pytest.approx(0.5, rel=0.05)
    np.testing.assert_array_equal(run_layer(GaussianNoise(deviation=0.5), x, training=False).y, x)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2DTranspose(), (9,), "takes an image"),
        (Conv2DTranspose(kernel_size=2, padding=5), (3, 3, 1), "cuts off the whole output"),
        (Conv1D(), (8, 8, 1), "names end in 2D"),
        (Conv1D(kernel_size=7), (4, 2), "larger than the 4 input"),
        (UpSample2D(), (9,), "takes an image"),
        (GlobalAveragePool(), (9,), "got a vector of 9"),
        (SpatialDropout(), (9,), "use Dropout"),
    ],
)
def test_a_misfit_says_what_is_wrong(layer: Layer, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        layer.output_shape(shape)
