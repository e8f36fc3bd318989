"""What was seen on the way: the record, the sums of the present epoch, and the trail of a tiny network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vitrine.core.errors import shown
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.history import RunHistory, Start
from vitrine.core.training.parts.base import Part, Renamed, real, under, whole
from vitrine.core.training.parts.trail import Trail, trail_of


class Log(Part):
    """The record. A checkpoint holds an immutable view of it, and an edited run a branch: neither copies the past."""

    def begin(self, run: Any) -> RunHistory:
        return RunHistory()

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        checkpoint.history.update(run.history.frozen())
        checkpoint.meta["marks"] = [[step, text] for step, text in run.history.marks]
        checkpoint.meta["starts"] = [list(start) for start in run.history.starts]

    def read(self, run: Any, checkpoint: Checkpoint) -> RunHistory:
        marks = checkpoint.meta.get("marks") or []
        if not isinstance(marks, list) or not all(isinstance(mark, list) and len(mark) == 2 and isinstance(mark[1], str) for mark in marks):
            raise ValueError(f"marks is {shown(marks)}")
        starts = checkpoint.meta.get("starts") or []  # older files say nothing of them
        if not isinstance(starts, list) or not all(isinstance(start, list) and len(start) == 2 for start in starts):
            raise ValueError(f"starts is {shown(starts)}")
        return RunHistory.of(
            checkpoint.history,
            [(whole(step, "marks"), text) for step, text in marks],
            [Start(whole(steps, "starts"), whole(epochs, "starts")) for steps, epochs in starts],
        )

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        run.history = RunHistory.of(before.history.frozen(), before.history.marks, before.history.starts)


@dataclass
class Sums:
    """Of the present epoch so far: examples seen, the sum of their losses, and how many were named right."""

    examples: int = 0
    loss: float = 0.0
    correct: int = 0

    def add(self, loss: float, correct: int, examples: int) -> None:
        """A batch: its mean loss, how many of its outputs were right, and how many it held."""
        self.examples += examples
        self.loss += loss * examples
        self.correct += correct

    def mean_loss(self) -> float:
        """sum_n L_n / N, every example once; NaN before the first."""
        return self.loss / self.examples if self.examples else float("nan")

    def accuracy(self) -> float:
        """Share of the examples that were named right; NaN before the first."""
        return self.correct / self.examples if self.examples else float("nan")


class EpochSums(Part):
    """What the epoch's means are made of."""

    def begin(self, run: Any) -> Sums:
        return Sums()

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        checkpoint.meta["sums"] = [run.sums.examples, run.sums.loss, run.sums.correct]

    def read(self, run: Any, checkpoint: Checkpoint) -> Sums:
        stored = checkpoint.meta.get("sums")
        if stored is None:  # of an older file, in the middle of an epoch: what its batches say
            return self._of_rows(checkpoint)
        if not isinstance(stored, list) or len(stored) != 3:
            raise ValueError(f"sums is {shown(stored)}")
        examples = whole(stored[0], "sums")
        return Sums(examples, real(stored[1], "sums"), whole(stored[2], "sums", examples))

    def _of_rows(self, checkpoint: Checkpoint) -> Sums:
        epochs, position = np.asarray(checkpoint.history["steps/epoch"]), int(checkpoint.meta["position"])
        rows = np.flatnonzero(epochs == int(checkpoint.meta["epoch"]))
        if not len(rows) or not position:
            return Sums()
        losses, shares = (np.asarray(checkpoint.history[f"steps/{name}"])[rows] for name in ("loss", "accuracy"))
        measured = shares[np.isfinite(shares)]
        return Sums(position, float(losses.mean()) * position, round(float(measured.mean()) * position) if len(measured) else 0)

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        run.sums = Sums(before.sums.examples, before.sums.loss, before.sums.correct)


class Way(Part):
    """The trail of a network of one or two parameters."""

    def begin(self, run: Any) -> Trail | None:
        return trail_of(run.network)

    def store(self, run: Any, checkpoint: Checkpoint) -> None:
        if run.trail is not None:
            steps, points = run.trail.path()
            checkpoint.optimizer.update({"trail/steps": steps, "trail/points": points})

    def read(self, run: Any, checkpoint: Checkpoint) -> tuple[np.ndarray, np.ndarray] | None:
        steps, points = checkpoint.optimizer.get("trail/steps"), checkpoint.optimizer.get("trail/points")
        if run.trail is None or steps is None or points is None:
            return None
        return (steps, points) if run.trail.takes(steps, points) else None

    def restore(self, run: Any, value: tuple[np.ndarray, np.ndarray] | None) -> None:
        if run.trail is not None:
            run.trail.set_path(*(value if value is not None else (np.empty(0, np.int64), np.empty((0, run.trail.points.shape[1])))))

    def carry_on(self, run: Any, before: Any, names: Renamed) -> None:
        if (
            run.trail is not None
            and before.trail is not None
            and list(run.network.specs) == [under(names, k) for k in before.network.specs]
        ):
            run.trail.set_path(*before.trail.path())
