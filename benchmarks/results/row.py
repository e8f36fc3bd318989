"""What a row of the table is, and how it is found: a file in `benchmarks/results/rows` with a subclass is all it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.registry import Registry

if TYPE_CHECKING:
    from benchmarks.results.runs import Run, Runs

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Figure:
    """One line of the table: the lecture's figure and ours."""

    what: str
    lecture: str
    ours: str
    how: str = ""
    wanted: str = ""
    reached: bool | None = None  # None where nothing is wanted


@dataclass(frozen=True)
class Detail:
    """A small table of its own below the main one."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    text: str = ""  # what to see in it


class Row:
    """What one lecture row has to show; `measure` gives its figures and details."""

    lecture: ClassVar[str] = ""  # "L5"
    title: ClassVar[str] = ""
    rank: ClassVar[float] = 0.0
    long: ClassVar[bool] = False  # minutes, not seconds: left out by --quick
    registry: ClassVar[Registry[Row]] = Registry("bench_row")

    def __init_subclass__(cls) -> None:
        Row.registry.add(cls)

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        raise NotImplementedError(type(self).__name__)


def rows() -> list[type[Row]]:
    """All rows, in the order of the lectures."""
    return list(Row.registry)


def percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def number(value: float) -> str:
    """A loss, in few characters however large."""
    return f"{value:.4f}" if value < 1000 else f"{value:.0e}"


def accuracy(what: str, lecture: str, runs: Sequence[Run]) -> Figure:
    """Test accuracy: the mean over seeds, and each."""
    values = [float(run.result["test_accuracy"]) for run in runs]
    each = ", ".join(f"{100 * v:.2f}" for v in values)
    ours = f"{percent(float(np.mean(values)))} ({each})" if len(values) > 1 else percent(values[0])
    return Figure(what, lecture, ours, described(runs))


def at_least(what: str, lecture: str, runs: Sequence[Run], wanted: float, target: str = "") -> Figure:
    """Test accuracy: reached where every seed reaches it."""
    reached = all(run.result["test_accuracy"] >= wanted for run in runs)
    return replace(accuracy(what, lecture, runs), wanted=target or f"at least {100 * wanted:g} %", reached=reached)


def described(runs: Sequence[Run]) -> str:
    """How it was measured: example, changes, seeds, epochs, seconds of training."""
    first = runs[0]
    seeds = ", ".join(str(run.seed) for run in runs)
    seconds = float(np.mean([run.result["seconds"] for run in runs]))
    epochs = int(first.result["epochs"])
    return (
        f"`{first.example}`{f' {first.note}' if first.note else ''}, seed{'s' if len(runs) > 1 else ''} {seeds}, "
        f"{epochs} epoch{'s' if epochs != 1 else ''}, {_time(seconds)}{' each' if len(runs) > 1 else ''}"
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
