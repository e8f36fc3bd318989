"""Sources that describe or load nonsense: refused in a sentence that names the entry, before anything is shown or trained on."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine.core.errors import DataError
from vitrine.core.training.settings import Split
from vitrine.datasets.base import DatasetSpec, Info, Raw, described
from vitrine.datasets.build import build
from vitrine.datasets.preprocessing.none import NoPreprocessing

GOOD: dict[str, Any] = {
    "name": "Odd", "element": "points", "input_shape": (2,), "task": "classification", "class_names": ("a", "b"), "count": 40,
}  # fmt: skip
X = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
Y = np.arange(40) % 2


class Odd(DatasetSpec, abstract=True):
    title = "Odd"
    info: ClassVar[Any] = Info(**GOOD)
    raw: ClassVar[Any] = Raw(X, Y)

    def describe(self) -> Info:
        return self.info

    def load(self) -> Raw:
        return self.raw


INFOS: dict[str, tuple[Any, str]] = {
    "none": (None, "must be an Info, not None"),
    "number": (5, "must be an Info, not 5"),
    "class": (Info, "must be an Info"),
    "shape none": ({"input_shape": None}, "input_shape must be whole numbers of at least 1, not None"),
    "shape text": ({"input_shape": "2"}, "input_shape must be"),
    "shape fraction": ({"input_shape": (2.5,)}, "input_shape must be"),
    "shape zero": ({"input_shape": (0,)}, "input_shape must be"),
    "shape yes": ({"input_shape": (True,)}, "input_shape must be"),
    "name": ({"name": None}, "name must be text, not None"),
    "element": ({"element": "music"}, "element must be one of image, table, sequence, points, not 'music'"),
    "flat image": ({"element": "image"}, "an image has height, width and channels"),
    "classes none": ({"class_names": None}, "class_names must be texts, not None"),
    "classes text": ({"class_names": "ab"}, "class_names must be texts"),
    "classes numbers": ({"class_names": (0, 1)}, "class_names must be texts"),
    "count": ({"count": "many"}, "count must be a whole number, not 'many'"),
    "count below zero": ({"count": -4}, "count must be"),
    "source": ({"source": 5}, "source must be text, not 5"),
    "features": ({"feature_names": (1, 2)}, "feature_names must be"),
    "targets": ({"task": "regression", "target_shape": (-1,)}, "target_shape must be"),
    "reconstructs classes": ({"reconstructs": True}, "the task must be one of values"),
    "reconstructs others": ({"task": "regression", "reconstructs": True, "target_shape": (1,)}, "target_shape the input_shape"),
}


@pytest.mark.parametrize("case", INFOS)
def test_a_description_that_is_none_is_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    info, words = INFOS[case]
    monkeypatch.setattr(Odd, "info", Info(**{**GOOD, **info}) if isinstance(info, dict) else info)
    with pytest.raises(DataError, match="Odd can't be described") as told:
        described(Odd())
    assert words in str(told.value)
    with pytest.raises(DataError, match="Odd can't be described"):
        build(Odd(), NoPreprocessing(), Split())


def test_a_sound_description_comes_with_tuples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Odd, "info", Info(**{**GOOD, "input_shape": [np.int64(2)], "class_names": ["a", "b"]}))
    assert described(Odd()).input_shape == (2,) and described(Odd()).class_names == ("a", "b")


RAWS: dict[str, tuple[Any, str]] = {
    "none": (None, "loading must give a Raw, not None"),
    "lists": (Raw(X.tolist(), Y), "the inputs must be an array of numbers"),
    "texts": (Raw(X.astype(str), Y), "not values of type <U"),
    "complex": (Raw(X.astype(complex), Y), "not values of type complex128"),
    "objects": (Raw(X.astype(object), Y), "not values of type object"),
    "one number": (Raw(np.array(3.0), Y), "an example a row"),
    "no targets": (Raw(X, None), "the targets must be an array of numbers, an example a row, not None"),  # type: ignore[arg-type]
    "rows beyond": (Raw(X, Y, test_rows=np.array([1000])), "from 0 to 39"),
    "rows below": (Raw(X, Y, test_rows=np.array([-1])), "from 0 to 39"),
    "rows fraction": (Raw(X, Y, test_rows=np.array([0.5])), "from 0 to 39"),
    "notes": (Raw(X, Y, notes=(5,)), "its notes must be texts, not (5,)"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", RAWS)
def test_what_was_loaded_and_is_no_data_is_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, words = RAWS[case]
    monkeypatch.setattr(Odd, "raw", raw)
    with pytest.raises(DataError) as told:
        build(Odd(), NoPreprocessing(), Split())
    assert words in str(told.value), told.value


@pytest.mark.parametrize("what", ["input", "target"])
def test_numbers_that_would_be_infinite_are_refused(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """1e200 is no 32-bit number: the loss of its batch was infinite, and the learning rate was blamed."""
    x, y = X.astype(np.float64), X[:, :1].astype(np.float64)
    (x if what == "input" else y)[7, 0] = 1e200
    monkeypatch.setattr(Odd, "info", Info(**GOOD | {"task": "regression", "class_names": (), "target_shape": (1,)}))
    monkeypatch.setattr(Odd, "raw", Raw(x, y))
    with pytest.raises(DataError, match=f"the {what} in row 8, column 1 is 1e.200, not a number to train on"):
        build(Odd(), NoPreprocessing(), Split())
