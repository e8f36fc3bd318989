"""Every dataset and preprocessing, splits, and what `build` makes of them: right sizes, nothing leaks, bad data is named."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.core.errors import DataError, SpecError
from vitrine.core.training.settings import Split
from vitrine.datasets.base import SPLITS, DatasetSpec, Info, Raw
from vitrine.datasets.build import build, check
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.base import Preprocessing
from vitrine.datasets.preprocessing.none import NoPreprocessing
from vitrine.datasets.preprocessing.scale01 import Scale01
from vitrine.datasets.preprocessing.standardize import Standardize
from vitrine.datasets.quadrants import Quadrants
from vitrine.datasets.spiral import Spiral
from vitrine.datasets.splits import split_rows
from vitrine.datasets.xor import Xor

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shares:
    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15
    stratified: bool = True
    seed: int = 0


embedded = pytest.mark.parametrize("cls", [c for c in DatasetSpec.registry if c.path_field() is None], ids=lambda c: c.__name__)
each_preprocessing = pytest.mark.parametrize("cls", list(Preprocessing.registry), ids=lambda c: c.__name__)


# -- every source -----------------------------------------------------------------------------------------------------------------


@embedded
def test_source_keeps_its_promise(cls: type[DatasetSpec]) -> None:
    """What `load` gives is what `describe` said, and a JSON round trip describes the same data."""
    spec = cls()
    info, raw = spec.describe(), spec.load()
    check(raw, info)
    assert len(raw.x) == info.count
    assert info.source and spec.title and spec.summary and spec.group
    again = DatasetSpec.from_json(spec.to_json())
    assert again == spec
    np.testing.assert_array_equal(again.load().x, raw.x)


@embedded
@pytest.mark.parametrize("preprocessing", list(Preprocessing.registry), ids=lambda c: c.__name__)
def test_every_source_builds_with_every_preprocessing(cls: type[DatasetSpec], preprocessing: type[Preprocessing]) -> None:
    data = build(cls(), preprocessing(), Shares())
    for name in SPLITS:
        x, y = data.split(name)
        assert x.dtype == np.float32 and x.shape == (len(y), *data.info.input_shape)
        assert y.dtype == (np.int64 if data.info.task.has_classes else np.float32)
        assert np.isfinite(x).all()
    assert data.preprocessing


@pytest.mark.parametrize("preprocessing", [NoPreprocessing(), Scale01()], ids=["none", "scaled"])
def test_what_is_built_is_read_only(preprocessing: Preprocessing) -> None:
    """The training thread, views and probes share it."""
    found = build(Digits(), preprocessing, Shares())
    arrays = [array for part in found.parts.values() for array in part] + list(found.rows.values())
    assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(ValueError, match="read-only"):
        found.split("train")[0][0] = 0


def test_digits_are_described_and_read_without_scikit_learn() -> None:
    """Its import would be most of a first start."""
    code = """
import sys
from datasets.digits import Digits
import datasets.build
Digits().describe()
Digits().load()
print('sklearn' in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "False", result.stderr


@pytest.mark.parametrize("found", [True, False], ids=["its file", "packed away"])
def test_digits_are_those_of_scikit_learn(found: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.datasets import load_digits

    if not found:
        monkeypatch.setattr("vitrine.datasets.digits.find_spec", lambda _name: None)
    raw, theirs = Digits().load(), load_digits()
    np.testing.assert_array_equal(raw.x[..., 0], theirs.images)
    np.testing.assert_array_equal(raw.y, theirs.target)


def test_logic_gates() -> None:
    for name, truth in {"And": (0, 0, 0, 1), "Or": (0, 1, 1, 1), "Xor": (0, 1, 1, 0)}.items():
        raw = DatasetSpec.registry.get(name)().load()
        assert [tuple(p) for p in raw.x] == [(0, 0), (1, 0), (0, 1), (1, 1)] and tuple(raw.y) == truth


def test_repeated_gate_with_noise() -> None:
    raw = Xor(repeat=100, noise=0.1).load()
    assert raw.x.shape == (400, 2)
    assert np.abs(raw.x - np.tile(Xor().load().x, (100, 1))).std() == pytest.approx(0.06, abs=0.02)  # of a half-normal: 0.6 sigma
    np.testing.assert_array_equal(raw.x, Xor(repeat=100, noise=0.1).load().x)
    assert not np.array_equal(raw.x, Xor(repeat=100, noise=0.1, seed=1).load().x)


def test_spiral_is_the_formula() -> None:
    raw = Spiral(samples=200).load()
    first = raw.x[raw.y == 1]
    i = np.arange(100)
    radius, angle = 5 * i / 100, 3.5 * np.pi * i / 100
    np.testing.assert_allclose(first, np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), atol=1e-5)
    np.testing.assert_allclose(raw.x[raw.y == 0], -first, atol=1e-5)


def test_circle_keeps_the_gap() -> None:
    raw = DatasetSpec.registry.get("Circles")(samples=1000).load()
    radius = np.hypot(*raw.x.T)
    assert radius[raw.y == 1].max() <= 2.5 and radius[raw.y == 0].min() >= 3.5 and radius.max() <= 5.0


def test_quadrants_follow_the_sign() -> None:
    raw = Quadrants(samples=1000).load()
    np.testing.assert_array_equal(raw.x[:, 0] * raw.x[:, 1] > 0, raw.y == 1)
    assert np.abs(raw.x).min() >= 0.3 and np.abs(raw.x).max() <= 5.3


def test_gaussians_spread_with_noise() -> None:
    for noise, variance in ((0.0, 0.5), (0.5, 4.0)):
        raw = DatasetSpec.registry.get("Gaussians")(samples=20_000, noise=noise).load()
        assert raw.x[raw.y == 1].var(axis=0) == pytest.approx([variance] * 2, rel=0.1)
        assert raw.x[raw.y == 0].mean(axis=0) == pytest.approx([-2, -2], abs=0.1)


def test_bad_settings_are_named() -> None:
    with pytest.raises(SpecError, match="Samples must be at least 10"):
        build(Spiral(samples=0), NoPreprocessing(), Shares())


# -- splits -----------------------------------------------------------------------------------------------------------------------


@given(
    count=st.integers(10, 400),
    train=st.floats(0.2, 0.8),
    rest=st.floats(0.2, 0.8),
    seed=st.integers(0, 2**31 - 1),
    stratified=st.booleans(),
)
def test_parts_cover_every_row_once(count: int, train: float, rest: float, seed: int, stratified: bool) -> None:
    raw = Raw(np.zeros((count, 2)), np.arange(count) % 3)
    shares = Shares(train, (1 - train) * rest, (1 - train) * (1 - rest), stratified, seed)
    try:
        parts, _ = split_rows(raw, shares, True)
    except DataError as error:
        assert "empty" in str(error)
        return
    np.testing.assert_array_equal(np.sort(np.concatenate(list(parts.values()))), np.arange(count))
    assert abs(len(parts["train"]) - count * train) <= 1.5
    again, _ = split_rows(raw, shares, True)
    assert all(np.array_equal(parts[name], again[name]) for name in SPLITS)


def test_stratified_parts_keep_proportions() -> None:
    y = np.repeat([0, 1, 2], [600, 300, 100])
    raw = Raw(np.zeros((1000, 2)), y)
    parts, _ = split_rows(raw, Shares(0.5, 0.3, 0.2), True)
    for name, share in (("train", 0.5), ("validation", 0.3), ("test", 0.2)):
        counts = np.bincount(y[parts[name]])
        assert np.abs(counts - share * np.array([600, 300, 100])).max() <= 1
    plain, _ = split_rows(raw, Shares(0.5, 0.3, 0.2, stratified=False), True)
    assert not np.array_equal(plain["train"], parts["train"])


def test_another_seed_gives_other_parts() -> None:
    raw = Digits().load()
    first, second = (split_rows(raw, Shares(seed=seed), True)[0] for seed in (0, 1))
    assert len(first["test"]) == len(second["test"]) and not np.array_equal(first["test"], second["test"])


def test_ready_test_rows_are_respected() -> None:
    raw = Raw(np.zeros((100, 2)), np.arange(100) % 2, test_rows=np.arange(80, 100))
    parts, notes = split_rows(raw, Shares(0.6, 0.2, 0.2), True)
    np.testing.assert_array_equal(parts["test"], np.arange(80, 100))
    assert len(parts["train"]) == 60 and len(parts["validation"]) == 20
    assert "kept for testing" in notes[0]


def test_time_series_is_split_in_order() -> None:
    raw = Raw(np.zeros((100, 7, 5)), np.zeros((100, 1)), test_rows=np.arange(70, 100), ordered=True)
    parts, _ = split_rows(raw, Shares(0.75, 0.25, 0.0), False)
    assert parts["train"].max() < parts["validation"].min() <= parts["validation"].max() < parts["test"].min()


def test_four_points_serve_every_part() -> None:
    data = build(Xor(), NoPreprocessing(), Shares())
    assert data.counts() == {"train": 4, "validation": 4, "test": 4}
    assert "too few to split" in data.notes[0]


def test_empty_parts_are_refused() -> None:
    with pytest.raises(DataError, match="training part is empty"):
        build(Digits(), NoPreprocessing(), Shares(0.0, 0.5, 0.5))
    with pytest.raises(DataError, match="training part is empty"):  # as good as none
        build(Digits(), NoPreprocessing(), Shares(1e-10, 0.5, 0.5))
    with pytest.raises(DataError, match="validation part is empty"):
        build(Spiral(samples=10), NoPreprocessing(), Shares(0.9, 0.02, 0.08))


@pytest.mark.parametrize("field, value", [("seed", -1), ("seed", "1"), ("train", "x"), ("train", None), ("validation", 10.0**30)], ids=str)
def test_a_split_that_is_none_is_refused_at_its_field(field: str, value: Any) -> None:
    """The command line, which builds the data first, ended in a traceback."""
    with pytest.raises(SpecError, match=f"Split: {field.capitalize()} ") as caught:
        build(Spiral(), NoPreprocessing(), Split(**{field: value}))
    assert caught.value.field == field


def test_the_only_share_beside_test_rows_of_the_source_is_all_however_small() -> None:
    raw = Raw(np.zeros((100, 5)), np.zeros((100, 1)), test_rows=np.arange(70, 100))
    parts, _ = split_rows(raw, Shares(1e-320, 0.0, 1.0), False)
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 70, "validation": 0, "test": 30}


def test_a_part_without_share_may_be_empty() -> None:
    data = build(Spiral(samples=33), NoPreprocessing(), Shares(1.0, 0.0, 0.0))
    assert data.counts() == {"train": 33, "validation": 0, "test": 0}


# -- preprocessing ----------------------------------------------------------------------------------------------------------------


def test_fitted_on_the_training_part_only() -> None:
    data = build(Spiral(samples=300, noise=0.3), Standardize(), Shares(0.5, 0.25, 0.25))
    x, _ = data.split("train")
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-5)
    assert np.abs(data.split("test")[0].mean(axis=0)).max() > 1e-4


def test_scaling_maps_the_training_range() -> None:
    data = build(Spiral(samples=300), Scale01(), Shares())
    x, _ = data.split("train")
    assert x.min(axis=0).tolist() == [0, 0] and x.max(axis=0).tolist() == [1, 1]
    digits = build(Digits(), Scale01(), Shares())
    assert digits.split("train")[0].max() == 1.0 and "maximum 16" in digits.preprocessing


@each_preprocessing
@pytest.mark.parametrize("element, shape", [("table", (50, 3)), ("image", (50, 4, 4, 1)), ("sequence", (50, 7, 5))])
def test_inverse_brings_values_back(cls: type[Preprocessing], element: str, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(40.0, 12.0, shape)
    x[..., 0] = 3.0  # a feature that never varies
    transform = cls().fit(x, element)
    assert np.isfinite(transform(x)).all() and transform(x).dtype == np.float32
    np.testing.assert_allclose(transform.inverse(transform(x)), x, rtol=1e-5)


def test_images_share_one_pair_of_numbers_unless_told() -> None:
    x = Digits().load().x
    assert Standardize().fit(x, "image").offset.size == 1
    each = Standardize(scope="each feature").fit(x, "image")
    assert each.offset.size == 64 and "never vary" in each.text
    np.testing.assert_allclose(each.offset.ravel(), x.reshape(-1, 64).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(Standardize().fit(x, "image").scale.ravel(), x.std(), rtol=1e-6)


def test_large_offsets_lose_no_digits() -> None:
    x = 1e7 + np.arange(100.0).reshape(-1, 1)
    np.testing.assert_allclose(Scale01().fit(x, "table")(x)[:, 0], np.arange(100) / 99, atol=1e-6)


# -- bad data ---------------------------------------------------------------------------------------------------------------------

INFO = Info("Made up", "table", (2,), "classification", ("a", "b"))
GOOD = np.zeros((4, 2), np.float32)


@pytest.mark.parametrize(
    "raw, words",
    [
        (Raw(np.zeros((0, 2)), np.zeros(0, int)), "no examples"),
        (Raw(GOOD, np.array([0, 1, 0])), "4 inputs but 3 targets"),
        (Raw(GOOD, np.array([0, 1, 2, 2])), "label 2 in row 3 is outside the range 0 to 1; 2 such rows"),
        (Raw(GOOD, np.array([0, -1, 0, 1])), "label -1 in row 2"),
        (Raw(GOOD, np.array([0.5, 0, 0, 1])), "whole numbers"),
        (Raw(np.where(np.eye(4, 2) > 0, np.nan, 0), np.array([0, 1, 0, 1])), "row 1, column 1 is nan"),
        (Raw(np.zeros((4, 3)), np.array([0, 1, 0, 1])), "of shape"),
    ],
)
def test_bad_arrays_are_told(raw: Raw, words: str) -> None:
    with pytest.raises(DataError, match=words):
        check(raw, INFO)


def test_a_new_source_is_one_class() -> None:
    """A regression with a NaN target, as a source of its own: nothing else has to know it."""
    before = set(DatasetSpec.registry.names())

    class Fresh(DatasetSpec, abstract=True):  # abstract: it shall not stay in the registry
        title: ClassVar[str] = "Fresh"

        def describe(self) -> Info:
            return Info("Fresh", "table", (2,), "regression", target_shape=(1,))

        def load(self) -> Raw:
            return Raw(np.ones((20, 2)), np.full((20, 1), np.nan))

    with pytest.raises(DataError, match="target in row 1, column 1 is nan"):
        build(Fresh(), NoPreprocessing(), Shares())
    assert set(DatasetSpec.registry.names()) == before
