"""Every loss, with every kind of data that it says it fits."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance.cases import INFOS, FakeInfo, examples, loss_batch, loss_cases, show
from vitrine.core.activations.base import Activation
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss
from vitrine.core.network.gradcheck import TOLERANCE, check_loss

CASES = loss_cases()
each_case = pytest.mark.parametrize(
    "loss, info", CASES, ids=[f"{show(loss)}-{next(k for k, v in INFOS.items() if v is info)}" for loss, info in CASES]
)


def test_every_loss_fits_something() -> None:
    assert {type(loss) for loss, _ in CASES} == set(Loss.registry)


@each_case
def test_gradient_equals_the_numeric_one(loss: Loss, info: FakeInfo) -> None:
    outputs, targets = loss_batch(loss, info)
    result = check_loss(loss, outputs, targets)
    assert result.worst < TOLERANCE, str(result)


@each_case
def test_forms(loss: Loss, info: FakeInfo) -> None:
    outputs, targets = loss_batch(loss, info)
    before, work = outputs.copy(), Workspace()
    value, grad = loss.value_and_grad(outputs, targets, work)
    assert isinstance(value, float) and np.isfinite(value)
    assert grad is not None and grad.shape == outputs.shape and grad.dtype == np.float32
    assert np.array_equal(outputs, before), "the outputs must stay as they are"
    kept = grad.copy()
    again, none = loss.value_and_grad(outputs, targets, Workspace(), need_grad=False)
    assert again == value and none is None
    fewer, _ = loss.value_and_grad(outputs[:2], targets[:2], work)
    repeated, grad = loss.value_and_grad(outputs, targets, work)
    assert repeated == value and np.array_equal(grad, kept), "work buffers hold something over"
    assert np.isfinite(fewer)
    stray = sorted({name for name, dtype in work._flat if dtype == np.float64})
    assert not stray, f"buffers of float64: {stray}"


@each_case
@pytest.mark.parametrize("size", [50.0, 1e4])
def test_stable_far_out(loss: Loss, info: FakeInfo, size: float) -> None:
    outputs, targets = loss_batch(loss, info)
    far = (np.sign(outputs) * size).astype(np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, grad = loss.value_and_grad(far, targets, Workspace())
    assert np.isfinite(value) and grad is not None and np.all(np.isfinite(grad))
    exact, _ = loss.value_and_grad(far.astype(np.float64), targets, Workspace(np.float64))
    assert value == pytest.approx(exact, rel=1e-5, abs=1e-6)


@each_case
def test_small_steps_downhill_lower_it(loss: Loss, info: FakeInfo) -> None:
    outputs, targets = loss_batch(loss, info)
    before, grad = loss.value_and_grad(outputs.astype(np.float64), targets, Workspace(np.float64))
    assert grad is not None and np.any(grad)
    after, _ = loss.value_and_grad(outputs - 1e-4 * grad / np.abs(grad).max(), targets, Workspace(np.float64))
    assert after < before


@each_case
def test_correct_agrees_with_predictions(loss: Loss, info: FakeInfo) -> None:
    """The quick count while training and the metric on predictions say the same."""
    if not info.task.has_classes:
        pytest.skip("only classes can be right or wrong")
    from vitrine.core.metrics.base import predicted_classes

    y = np.random.default_rng(2).integers(0, len(info.class_names), 40)
    outputs = np.random.default_rng(1).normal(0.2, 1.0, (40, *loss.output_shape(info))).astype(np.float32)
    predictions = loss.link()(outputs)
    assert loss.correct(outputs, loss.encode(y, info)) == int(np.sum(predicted_classes(predictions) == y))


@pytest.mark.parametrize("loss", examples(Loss.registry), ids=show)
def test_misfit_is_said_in_words(loss: Loss) -> None:
    for info in INFOS.values():
        reason = loss.fits(info)
        assert reason is None or loss.title in reason
    assert loss.link in list(Activation.registry)
