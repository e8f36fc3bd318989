"""From a dataset's specification to examples ready for training: load, check, split, preprocess."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.errors import DataError
from datasets.base import SPLITS, Dataset, DatasetSpec, Info, Raw
from datasets.preprocessing.base import Preprocessing
from datasets.splits import SplitLike, split_rows


def build(spec: DatasetSpec, preprocessing: Preprocessing, split: SplitLike) -> Dataset:
    """The split and preprocessed dataset. Raises DataError (the source, an empty part) or SpecError (a setting)."""
    spec.check()
    preprocessing.check()
    info = spec.describe()
    raw = spec.load()
    check(raw, info)
    rows, notes = split_rows(raw, split, info.task == "classification" or info.reconstructs)
    transform = preprocessing.fit(raw.x[rows["train"]], info.element)
    inputs = {name: transform(raw.x[rows[name]]) for name in SPLITS}
    targets = raw.y.astype(np.float32 if info.task == "regression" and not info.reconstructs else np.int64)
    known = {name: targets[rows[name]] for name in SPLITS}
    parts = {name: (inputs[name], inputs[name] if info.reconstructs else known[name]) for name in SPLITS}
    return Dataset(info, parts, rows, transform.text, transform, (*raw.notes, *notes), known if info.reconstructs else {})


def check(raw: Raw, info: Info) -> None:
    """Raises DataError where the source's arrays can't be trained on: which row, and what is wrong with it."""
    if not len(raw.x):
        raise DataError(f"{info.name} holds no examples")
    if len(raw.x) != len(raw.y):
        raise DataError(f"{info.name} has {len(raw.x):,} inputs but {len(raw.y):,} targets")
    if raw.x.shape[1:] != tuple(info.input_shape):
        raise DataError(f"{info.name}: examples are of shape {raw.x.shape[1:]}, described as {tuple(info.input_shape)}")
    _check_finite(raw.x, info, "input")
    if info.task == "classification" or info.reconstructs:
        _check_labels(raw.y, info.label_names if info.reconstructs else info.class_names, info.name)
    elif raw.y.shape[1:] != tuple(info.target_shape):
        raise DataError(f"{info.name}: targets are of shape {raw.y.shape[1:]}, described as {tuple(info.target_shape)}")
    else:
        _check_finite(raw.y, info, "target")


def _check_finite(values: np.ndarray, info: Info, what: str) -> None:
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return
    at = np.argwhere(~np.isfinite(values))[0]
    place = f"row {at[0] + 1}" + (f", column {at[-1] + 1}" if len(at) > 1 else "")
    raise DataError(f"{info.name}: the {what} in {place} is {values[tuple(at)]}, not a number to train on; mend or remove that row")


def _check_labels(y: np.ndarray, names: tuple[str, ...], source: str) -> None:
    labels: Any = np.asarray(y)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(f"{source}: class labels must be whole numbers, one a row")
    wrong = np.flatnonzero((labels < 0) | (labels >= len(names)))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            f"{source}: the label {labels[row]} in row {row + 1} is outside the range 0 to {len(names) - 1}; {len(wrong)} such rows"
        )
