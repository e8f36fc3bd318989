"""From a dataset's specification to examples ready for training: load, check, split, preprocess."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from vitrine.core import machine
from vitrine.core.errors import DataError, shown
from vitrine.core.spec import Spec
from vitrine.datasets.base import SPLITS, Dataset, DatasetSpec, Info, Raw, described
from vitrine.datasets.preprocessing.base import Preprocessing
from vitrine.datasets.splits import SplitLike, split_rows


def build(spec: DatasetSpec, preprocessing: Preprocessing, split: SplitLike) -> Dataset:
    """The split and preprocessed dataset. Raises DataError (the source, an empty part) or SpecError (a setting)."""
    spec.check()
    preprocessing.check()
    if isinstance(split, Spec):
        split.check()
    info = described(spec)
    _check_room(info)
    raw = spec.load()
    check(raw, info)
    rows, notes = split_rows(raw, split, bool(info.labels))
    transform = preprocessing.fit(raw.x[rows["train"]], info.element)
    inputs = {name: transform(raw.x[rows[name]]) for name in SPLITS}
    targets = raw.y.astype(np.int64 if info.labels else info.task.dtype())
    known = {name: targets[rows[name]] for name in SPLITS}
    parts = {name: (inputs[name], inputs[name] if info.reconstructs else known[name]) for name in SPLITS}
    for array in (*rows.values(), *inputs.values(), *known.values()):
        array.setflags(write=False)  # many look at them, from more than one thread
    return Dataset(info, parts, rows, transform.text, transform, (*raw.notes, *notes), known if info.reconstructs else {})


LARGEST = float(np.finfo(np.float32).max)


def _check_room(info: Info) -> None:
    """Raises DataError, before anything is loaded, where the examples as 32-bit numbers are more than the machine's memory."""
    needed, there = 4 * info.count * prod(info.input_shape), machine.memory()
    if there is not None and needed > there:
        raise DataError(
            f"{info.name}: {info.count:,} examples take {needed / 1e9:,.1f} GB of memory, this machine has {there / 1e9:,.1f} GB"
        )


def check(raw: Raw, info: Info) -> None:
    """Raises DataError where the source's arrays can't be trained on: which row, and what is wrong with it."""
    _check_form(raw, info.name)
    if not len(raw.x):
        raise DataError(f"{info.name} holds no examples")
    if len(raw.x) != len(raw.y):
        raise DataError(f"{info.name} has {len(raw.x):,} inputs but {len(raw.y):,} targets")
    if raw.x.shape[1:] != tuple(info.input_shape):
        raise DataError(f"{info.name}: examples are of shape {raw.x.shape[1:]}, described as {tuple(info.input_shape)}")
    _check_finite(raw.x, info, "input")
    if info.labels:
        _check_labels(raw.y, info.labels, info.name)
    elif raw.y.shape[1:] != tuple(info.target_shape):
        raise DataError(f"{info.name}: targets are of shape {raw.y.shape[1:]}, described as {tuple(info.target_shape)}")
    else:
        _check_finite(raw.y, info, "target")


def _check_form(raw: object, source: str) -> None:
    """Raises DataError where what a source gave is not what all that follows takes it for."""
    if not isinstance(raw, Raw):
        raise DataError(f"{source}: loading must give a Raw, not {shown(raw)}")
    for name, values in (("inputs", raw.x), ("targets", raw.y)):
        array: object = values
        if type(array) is not np.ndarray or array.dtype.kind not in "biuf" or not array.ndim:
            kind = f"values of type {array.dtype}" if isinstance(array, np.ndarray) else shown(array)
            raise DataError(f"{source}: the {name} must be an array of numbers, an example a row, not {kind}")
    if raw.test_rows is not None:
        rows = np.asarray(raw.test_rows)
        if rows.dtype.kind not in "iu" or rows.ndim != 1 or np.any((rows < 0) | (rows >= len(raw.x))):
            raise DataError(f"{source}: the rows set aside for testing must be whole numbers from 0 to {len(raw.x) - 1}")
    if not isinstance(raw.notes, tuple | list) or not all(isinstance(note, str) for note in raw.notes):
        raise DataError(f"{source}: its notes must be texts, not {shown(raw.notes)}")


def _check_finite(values: np.ndarray, info: Info, what: str) -> None:
    if values.dtype.kind != "f":
        return
    fits = np.isfinite(values)
    if values.dtype.itemsize > np.dtype(np.float32).itemsize:
        fits &= np.abs(values) <= LARGEST  # else infinite where it is trained on, for which the rate would be blamed
    if fits.all():
        return
    at = np.argwhere(~fits)[0]
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
