"""Every metric: a plain number, best for perfect predictions, and no help from the order of examples."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance.cases import examples, show
from vitrine.core.metrics.base import Metric
from vitrine.core.tasks.base import CLASSES, VALUES

CASES = [(metric, classes) for metric in examples(Metric.registry) for classes in ((2, 1), (2, 2), (4, 4)) if CLASSES in metric.takes]
CASES += [(metric, (0, 0)) for metric in examples(Metric.registry) if VALUES in metric.takes]
each_case = pytest.mark.parametrize("metric, classes", CASES, ids=lambda value: show(value) if isinstance(value, Metric) else str(value))


def truth(classes: tuple[int, int], count: int = 60) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.integers(0, classes[0], count) if classes[0] else rng.normal(size=(count, 2)).astype(np.float32)


def perfect(y: np.ndarray, classes: tuple[int, int]) -> np.ndarray:
    if not classes[0]:
        return y.copy()
    if classes[1] == 1:
        return np.where(y[:, None] == 1, 0.9, 0.1).astype(np.float32)
    return (0.8 * np.eye(classes[1])[y] + 0.2 / classes[1]).astype(np.float32)


@each_case
def test_perfect_is_best(metric: Metric, classes: tuple[int, int]) -> None:
    y = truth(classes)
    best = metric.value(perfect(y, classes), y)
    noisy = perfect(y, classes) + np.random.default_rng(6).normal(0, 0.7, perfect(y, classes).shape).astype(np.float32)
    worse = metric.value(noisy, y)
    assert isinstance(best, float) and isinstance(worse, float)
    assert best == pytest.approx(1.0 if metric.higher_is_better else 0.0)
    if getattr(metric, "k", 0) >= 2 >= classes[0]:
        assert worse == best == 1.0, "two guesses among two classes are always right"
    else:
        assert worse < best if metric.higher_is_better else worse > best


@each_case
def test_order_makes_no_difference(metric: Metric, classes: tuple[int, int]) -> None:
    y = truth(classes)
    predictions = perfect(y, classes) + np.random.default_rng(6).normal(0, 0.7, perfect(y, classes).shape).astype(np.float32)
    order = np.random.default_rng(7).permutation(len(y))
    assert metric.value(predictions[order], y[order]) == pytest.approx(metric.value(predictions, y), rel=1e-5)


@each_case
def test_a_class_that_is_absent_is_no_error(metric: Metric, classes: tuple[int, int]) -> None:
    y = truth(classes)
    rows = y == 0 if classes[0] else np.arange(len(y)) < 2
    assert np.isfinite(metric.value(perfect(y, classes)[rows], y[rows]))


@each_case
def test_agrees_with_scikit_learn(metric: Metric, classes: tuple[int, int]) -> None:
    import sklearn.metrics as reference

    y = truth(classes)
    p = perfect(y, classes) + np.random.default_rng(6).normal(0, 0.5, perfect(y, classes).shape).astype(np.float32)
    labels = (p[:, 0] > 0.5).astype(int) if p.shape[-1] == 1 else p.argmax(-1)
    expected = {
        "accuracy": lambda: reference.accuracy_score(y, labels),
        "precision": lambda: reference.precision_score(y, labels, average="macro"),
        "recall": lambda: reference.recall_score(y, labels, average="macro"),
        "f1": lambda: reference.f1_score(y, labels, average="macro"),
        "top_k": lambda: reference.top_k_accuracy_score(y, p, k=3) if classes[0] == 4 else 1.0,
        "rmse": lambda: reference.root_mean_squared_error(y.ravel(), p.ravel()),
        "mae": lambda: reference.mean_absolute_error(y, p),
        "r2": lambda: reference.r2_score(y, p),
    }[metric.key]()
    assert metric.value(p, y) == pytest.approx(expected, rel=1e-5)


@each_case
def test_predictions_out_of_range_are_no_error(metric: Metric, classes: tuple[int, int]) -> None:
    y = truth(classes)
    broken = perfect(y, classes).astype(np.float32)
    broken[0] = np.nan
    assert isinstance(metric.value(broken, y), float)


@pytest.mark.parametrize("columns", [1, 3])
def test_no_number_is_no_hit(columns: int) -> None:
    """NaN was taken for the first class: of examples of that class all were named right."""
    p = np.full((4, columns), np.nan, np.float32)
    p[0] = 0.2 if columns == 1 else [0.6, 0.2, 0.2]
    assert Metric.registry.get("Accuracy")().value(p, np.zeros(4, np.int64)) == 0.25


def test_keys_are_unique() -> None:
    keys = [cls.key for cls in Metric.registry]
    assert all(keys) and len(set(keys)) == len(keys)
