"""Losses by hand, the forms of targets, and data that does not suit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance.cases import INFOS
from vitrine.core.errors import DataError
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.losses.base import Loss

Y, T = np.array([[0.5], [2.0], [-4.0]], np.float32), np.array([[0.0], [1.0], [1.0]], np.float32)
SIGNED = 2 * T - 1


@pytest.mark.parametrize(
    "loss, targets, value, grad",
    [
        ("MeanSquaredError", T, (0.25 + 1 + 25) / 3, [1 / 3, 2 / 3, -10 / 3]),
        ("HalvedMeanSquaredError", T, (0.25 + 1 + 25) / 6, [0.5 / 3, 1 / 3, -5 / 3]),
        ("MeanAbsoluteError", T, 6.5 / 3, [1 / 3, 1 / 3, -1 / 3]),
        ("Huber", T, (0.125 + 0.5 + 4.5) / 3, [0.5 / 3, 1 / 3, -1 / 3]),
        ("Hinge", SIGNED, (1.5 + 0 + 5) / 3, [1 / 3, 0, -1 / 3]),
        ("PerceptronCriterion", SIGNED, 4.5, [1, 0, -1]),
        ({"type": "PerceptronCriterion", "reduction": "mean"}, SIGNED, 1.5, [1 / 3, 0, -1 / 3]),
    ],
)
def test_by_hand(loss: object, targets: np.ndarray, value: float, grad: list[float]) -> None:
    found, slope = Loss.from_json(loss).value_and_grad(Y, targets, Workspace())
    assert found == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(np.ravel(slope), grad, rtol=1e-6)


def test_multi_class_hinge_by_hand() -> None:
    z = np.array([[1.0, 0.5, -2.0], [0.0, 0.0, 0.0]], np.float32)
    value, grad = Loss.from_json("MultiClassHinge").value_and_grad(z, np.array([0, 2]), Workspace())
    assert value == pytest.approx((0.5 + 2) / 6)
    np.testing.assert_allclose(grad, np.array([[-1, 1, 0], [1, 1, -2]]) / 6, rtol=1e-6)


def test_a_score_on_the_margin_is_far_enough() -> None:
    """dz = -t / N where t z < 1, as the formula has it: weights of whole numbers often lie on it exactly."""
    value, grad = Loss.from_json("Hinge").value_and_grad(np.array([[1.0], [-1.0], [0.5]], np.float32), SIGNED[[1, 0, 1]], Workspace())
    assert value == pytest.approx(0.5 / 3)
    np.testing.assert_allclose(np.ravel(grad), [0, 0, -1 / 3], rtol=1e-6)


def test_zero_scores_are_misclassified() -> None:
    """A perceptron whose weights start at zero must learn."""
    _, grad = Loss.from_json("PerceptronCriterion").value_and_grad(np.zeros((2, 1), np.float32), np.array([[1.0], [-1.0]]), Workspace())
    np.testing.assert_array_equal(grad, [[-1], [1]])


@pytest.mark.parametrize("size", [1e4, -1e4])
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_binary_cross_entropy_is_exact_far_out(size: float, t: float) -> None:
    value, grad = Loss.from_json("BinaryCrossEntropy").value_and_grad(
        np.full((1, 1), size, np.float32), np.full((1, 1), t, np.float32), Workspace()
    )
    wrong = (size > 0) != (t > 0.5)
    assert value == (1e4 if wrong else 0.0)
    assert np.ravel(grad)[0] == (np.sign(size) if wrong else 0.0)


def test_logistic_regression_at_zeros() -> None:
    value, _ = Loss.from_json("BinaryCrossEntropy").value_and_grad(
        np.zeros((4, 1), np.float32), np.array([[0.0], [1], [1], [0]]), Workspace()
    )
    assert value == pytest.approx(0.6931, abs=5e-5)


@pytest.mark.parametrize("bad", [-0.5, 1.5, np.nan])
def test_targets_outside_their_range_are_refused(bad: float) -> None:
    y = np.full((2, 3), 0.5, np.float32)
    y[1, 2] = bad
    with pytest.raises(DataError, match="0 to 1"):
        Loss.from_json("BinaryCrossEntropy").encode(y, INFOS["vector"])


def test_targets_of_two_classes() -> None:
    y = np.array([0, 1, 1])
    np.testing.assert_array_equal(Loss.from_json("BinaryCrossEntropy").encode(y, INFOS["two classes"]), [[0], [1], [1]])
    np.testing.assert_array_equal(Loss.from_json("Hinge").encode(y, INFOS["two classes"]), [[-1], [1], [1]])
    assert Loss.from_json("MeanSquaredError").encode(y, INFOS["four classes"]).shape == (3, 4)


def test_misfit_names_what_to_choose() -> None:
    assert "multi-class hinge" in str(Loss.from_json("Hinge").fits(INFOS["four classes"]))
    assert "regression" in str(Loss.from_json("CategoricalCrossEntropy").fits(INFOS["vector"]))
