"""A run's record as curves: what is drawn of it, kept up as it grows."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from vitrine.core.metrics.base import metric_of
from vitrine.core.pictures.decimate import Series, Smoothed
from vitrine.core.training.history import RunHistory


@dataclass(frozen=True)
class Curve:
    """One line: whose ("train", "validation"), and how it is drawn ("raw", "smooth" or "epochs")."""

    name: str
    kind: str
    series: Series


def higher_is_better(metric: str) -> bool:
    """Whether a larger value of this column is the better one."""
    kind = metric_of(metric)[0] if metric != "loss" else None
    return kind is not None and kind.higher_is_better


PIECE = 8192  # rows that are taken in before the clock is looked at


class Curves:
    """Curves by step and by epoch of each metric ("loss", "accuracy", …) of one history at a time. A long record is taken in piece
    by piece: `update` and `lines` work for about so many `seconds` each, and while they are `behind` they want to be called again.
    """

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds
        self.span = 1.0  # steps that smoothing averages over
        self._history: RunHistory | None = None
        self._forget()

    def _forget(self) -> None:
        self._rows = self._epochs = 0
        self._seen = (0, 0, 0)  # rows, epochs, marks
        self._wanted = (0, 0)  # rows and epochs that there were when it was last looked
        self._unsmoothed: set[str] = set()  # metrics whose smoothing was not done in time
        self.by_step: dict[str, Series] = {"loss": Series(), "accuracy": Series()}
        self._smooth: dict[str, Smoothed] = {}
        self.by_epoch: dict[tuple[str, str, str], Series] = {}  # metric, split, x ("step" or "epoch")

    def update(self, history: RunHistory | None) -> bool:
        """Take in what was added to the history since. True where there is anything new."""
        changed = history is not self._history
        if changed:
            self._history = history
            self._forget()
        if history is None:
            return changed
        if not self._rows:
            for series in self.by_step.values():
                series.expect(history.steps.count)
        until, marks = time.perf_counter() + self.seconds, len(history.marks)
        self._wanted = (history.steps.count, history.epochs.count)
        first = True
        while (first or time.perf_counter() < until) and self._epochs < history.epochs.count:
            self._take_epochs(history, min(self._epochs + PIECE, history.epochs.count))
            first = False
        while (first or time.perf_counter() < until) and self._rows < history.steps.count:
            self._take_steps(history, min(self._rows + PIECE, history.steps.count))
            first = False
        changed = changed or (self._rows, self._epochs, marks) != self._seen
        self._seen = (self._rows, self._epochs, marks)
        return changed

    @property
    def behind(self) -> bool:
        """There is more to take in or to smooth than there was time for. What a running network adds meanwhile does not count: who
        came back for that would come back for ever."""
        left = self._rows < self._wanted[0] or self._epochs < self._wanted[1]
        return left or (self.span > 1 and bool(self._unsmoothed))

    def _take_steps(self, history: RunHistory, stop: int) -> None:
        steps = history.steps.column("step", self._rows, stop)
        for name, series in self.by_step.items():
            values = history.steps.column(name, self._rows, stop)
            shared = min(len(steps), len(values))
            series.extend(steps[:shared], values[:shared])
        self._rows += len(steps)

    def _take_epochs(self, history: RunHistory, stop: int) -> None:
        table, start = history.epochs, self._epochs
        axes = {"step": table.column("step", start, stop), "epoch": table.column("epoch", start, stop)}
        for column in table.names():
            split, _, metric = column.partition("_")
            if split not in ("train", "validation") or not metric:
                continue
            values = table.column(column, start, stop)
            for axis, x in axes.items():
                series = self.by_epoch.setdefault((metric, split, axis), Series())
                shared = min(len(x), len(values))
                series.extend(x[:shared], values[:shared])
        self._epochs = start + len(axes["step"])

    @property
    def metrics(self) -> list[str]:
        """What was measured: the loss first."""
        found = dict.fromkeys(["loss", *(n for n, s in self.by_step.items() if len(s)), *(m for m, _, _ in self.by_epoch)])
        return list(found)

    def lines(self, metric: str, axis: str) -> list[Curve]:
        """What to draw of a metric over "step" or "epoch", faint ones first."""
        found = []
        raw = self.by_step.get(metric)
        self._unsmoothed.discard(metric)
        if axis == "step" and raw is not None and len(raw):
            found.append(Curve("train", "raw", raw))
            if self.span > 1:
                found.append(Curve("train", "smooth", self._smoothed(metric, raw)))
        elif ("train", axis) in {(s, a) for m, s, a in self.by_epoch if m == metric}:
            found.append(Curve("train", "epochs", self.by_epoch[metric, "train", axis]))
        validation = self.by_epoch.get((metric, "validation", axis))
        if validation is not None and len(validation):
            found.append(Curve("validation", "epochs", validation))
        return found

    def _smoothed(self, metric: str, raw: Series) -> Series:
        known = self._smooth.get(metric)
        spacing = float(raw.x[1] - raw.x[0]) if len(raw) > 1 else 1.0  # accuracy may be measured every few steps only
        span = max(1.0, self.span / spacing)
        if known is None or known.source is not raw or known.span != span:
            known = self._smooth[metric] = Smoothed(raw, span)
        known.update(time.perf_counter() + self.seconds)
        if known.behind:
            self._unsmoothed.add(metric)
        return known.series

    def best(self, metric: str, axis: str) -> tuple[float, float, int] | None:
        """x, value and epoch of the best validation of those that compare with the present ones, or None before the first."""
        values = self.by_epoch.get((metric, "validation", axis))
        if values is None or self._history is None:
            return None
        start = self._history.start.epochs
        first = int(np.searchsorted(values.x, self._history.epochs.column(axis, start - 1, start)[0], "right")) if start else 0
        compared = values.y[first:]
        if not len(compared):
            return None
        at = first + int(compared.argmax() if higher_is_better(metric) else compared.argmin())
        return float(values.x[at]), float(values.y[at]), int(self.by_epoch[metric, "validation", "epoch"].x[at])

    def marks(self, axis: str) -> list[tuple[float, str]]:
        """Where the run was changed by hand, on that axis."""
        if self._history is None:
            return []
        return [(step if axis == "step" else self.epoch_at(step), text) for step, text in list(self._history.marks)]

    def epoch_at(self, step: float) -> float:
        """Epochs completed at a step, with their fraction; between and beyond known ones in proportion."""
        loss = next((key for key in self.by_epoch if key[2] == "step"), None)
        if loss is None:
            return 0.0
        steps, epochs = self.by_epoch[loss].x, self.by_epoch[(*loss[:2], "epoch")].x
        if not len(steps):
            return 0.0
        if step > steps[-1]:
            return float(epochs[-1] + (step - steps[-1]) * epochs[-1] / steps[-1])
        return float(np.interp(step, np.append(0.0, steps), np.append(0.0, epochs)))
