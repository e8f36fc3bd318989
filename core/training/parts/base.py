"""What a part of a run is, and the plain ones: numbers that count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from vitrine.core.errors import FileError, shown
from vitrine.core.fields import fits_float
from vitrine.core.training.checkpoint import Checkpoint

Renamed = Mapping[str, str]  # layers that bear another name now: the old one and the new


def under(names: Renamed, key: str) -> str:
    """The name of an array ("dense_1/W") under its layer's new name."""
    owner, name = key.split("/", 1)
    return f"{names.get(owner, owner)}/{name}"


class Part:
    """One thing that a run carries from step to step, declared in the class of the run under its attribute's name."""

    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def begin(self, run: Any) -> Any:
        """How it is at step 0, given the run with all parts declared before."""
        raise NotImplementedError(type(self).__name__)

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        """Put it into a checkpoint, in a form that nobody writes to any more."""
        raise NotImplementedError(type(self).__name__)

    def read(self, run: Any, checkpoint: Checkpoint) -> Any:
        """Take it out again, check that it fits the run, and assign nothing.

        Raises FileError where it does not fit, and KeyError, TypeError, ValueError and their like where it is damaged.
        """
        raise NotImplementedError(type(self).__name__)

    def restore(self, run: Any, value: Any) -> None:
        """Put what `read` gave into the run; can't fail."""
        setattr(run, self.name, value)

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        """Take over what a run keeps of the one before an edit; a part that says nothing begins anew."""


def kept(part: Part) -> Any:
    """Declare a part in the class of the run: `step: int = kept(Number(0))`."""
    return part


MOST = 2**53  # counts are also kept as float64


def whole(stored: Any, name: str, most: int = MOST) -> int:
    """A stored count. Raises ValueError for anything but a whole number from 0 to `most`."""
    if type(stored) is not int or not 0 <= stored <= most:
        raise ValueError(f"{name} is {shown(stored)}")
    return stored


def real(stored: Any, name: str) -> float:
    """A stored number. Raises ValueError for anything but a finite one."""
    if isinstance(stored, bool) or not isinstance(stored, int | float) or not fits_float(stored) or not math.isfinite(stored):
        raise ValueError(f"{name} is {shown(stored)}")
    return float(stored)


def check_kind(array: np.ndarray, what: str) -> None:
    """Raises FileError for an array of anything but floating-point numbers. Any of those may be in it: what was trained is not refused."""
    if array.dtype.kind != "f":
        raise FileError(f"{what} are not floating-point numbers")


class Number(Part):
    """A plain number of the type of `first`, under its own name."""

    def __init__(self, first: float, missing: float | None = None, carried: bool = True) -> None:
        self.first, self.missing, self.carried = first, missing, carried

    def begin(self, run: Any) -> Any:
        return self.first

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        checkpoint.meta[self.name] = getattr(run, self.name)

    def read(self, run: Any, checkpoint: Checkpoint) -> Any:
        stored = checkpoint.meta[self.name] if self.missing is None else checkpoint.meta.get(self.name, self.missing)
        if isinstance(self.first, bool):
            if not isinstance(stored, bool):
                raise ValueError(f"{self.name} is {shown(stored)}")
            return stored
        if isinstance(self.first, int):
            return whole(stored, self.name)
        value = real(stored, self.name)
        if value < 0:
            raise ValueError(f"{self.name} is {shown(stored)}")
        return value

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        if self.carried:
            setattr(run, self.name, getattr(before, self.name))


class Rate(Number):
    """The optimizer's learning rate, which may be changed while it runs. An edit brings its own."""

    def __init__(self) -> None:
        super().__init__(0.0, carried=False)

    def begin(self, run: Any) -> Any:
        return run.experiment.optimizer.learning_rate
