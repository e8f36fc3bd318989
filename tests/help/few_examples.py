"""The data of the shipped examples cut short: a little training needs no more, and most of them share theirs."""

from __future__ import annotations

from functools import cache
from typing import Any

from vitrine.core.training.experiment import Experiment
from vitrine.datasets.base import Dataset
from vitrine.datasets.build import build

AT_MOST = 3_000  # of every part


def few_examples(experiment: Experiment) -> Dataset:
    """The first examples of every part. Raises DataError where the data are not here."""
    return _few(experiment.dataset, experiment.preprocessing, experiment.split)


@cache
def _few(dataset: Any, preprocessing: Any, split: Any) -> Dataset:
    data = build(dataset, preprocessing, split)
    parts = {name: (_first(x), _first(y)) for name, (x, y) in data.parts.items()}
    return Dataset(data.info, parts, data.rows, data.preprocessing, data.transform)


def _first(array: Any) -> Any:
    """A copy, so that the whole is let go; read-only as that is."""
    few = array[:AT_MOST].copy()
    few.setflags(write=False)
    return few
