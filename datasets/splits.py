"""Which rows train, which judge while you tune, which are kept for the end."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vitrine.core.errors import DataError
from vitrine.datasets.base import Raw

FEWEST = 10  # rows: fewer can't be shared out


class SplitLike(Protocol):
    """Shares of the rows; `vitrine.core.training.experiment.Split` is one."""

    @property
    def train(self) -> float: ...
    @property
    def validation(self) -> float: ...
    @property
    def test(self) -> float: ...
    @property
    def stratified(self) -> bool: ...
    @property
    def seed(self) -> int: ...


def split_rows(raw: Raw, split: SplitLike, classes: bool) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Row numbers by part, ascending, and what is worth knowing of how they came about.

    Raises DataError where a part with a share gets no row.
    """
    count = len(raw.x)
    everything = np.arange(count)
    if count < FEWEST and raw.test_rows is None:
        few = f"{count} examples are too few" if count > 1 else "one example is too little"
        note = f"{few} to split: training, validation and test use the same"
        return {"train": everything, "validation": everything, "test": everything}, (note,)
    ready = raw.test_rows
    pool = everything if ready is None else np.setdiff1d(everything, ready)
    shares = [split.train, split.validation, split.test]
    notes: list[str] = []
    if ready is not None:
        shares[2] = 0.0
        notes.append(
            f"the source's own {len(ready):,} test examples are kept for testing; training and validation share the other "
            f"{len(pool):,} as {split.train:g} to {split.validation:g}"
        )
    sizes = _sizes(len(pool), shares)
    order = pool if raw.ordered else _mixed(pool, raw.y, split.seed, classes and split.stratified)
    if raw.ordered:
        notes.append("a time series: the parts follow each other in time")
    bounds = np.cumsum(sizes)
    train, validation, test = order[: bounds[0]], order[bounds[0] : bounds[1]], order[bounds[1] : bounds[2]]
    parts = {"train": train, "validation": validation, "test": test if ready is None else ready}
    return {name: np.sort(rows) for name, rows in parts.items()}, tuple(notes)


def _sizes(count: int, shares: list[float]) -> list[int]:
    """Whole numbers of rows for the shares, which need not add up to 1; the remainder goes to the last part that has a share."""
    total = sum(shares)
    if shares[0] <= 0 or total <= 0:
        raise DataError("the training part is empty: give it a larger share in the split")
    sizes = [round(count * share / total) for share in shares]
    last = max((i for i, share in enumerate(shares) if share > 1e-9), default=0)
    sizes[last] += count - sum(sizes)
    for name, size, share in zip(("training", "validation", "test"), sizes, shares):
        if size <= 0 and (share > 1e-9 or name == "training"):
            instead = "" if name == "training" else ", or 0"
            raise DataError(
                f"the {name} part is empty: {share:.3g} of {count} examples is none; give it a larger share in the split{instead}"
            )
    return sizes


def _mixed(pool: np.ndarray, y: np.ndarray, seed: int, stratified: bool) -> np.ndarray:
    """The rows in a random order. Stratified: such that any stretch of it holds the classes in their proportions."""
    mixed = np.random.default_rng(seed).permutation(pool)
    if not stratified:
        return mixed
    rank = np.empty(len(mixed))
    labels = y[mixed]
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank[members] = (np.arange(len(members)) + 0.5) / len(members)
    return mixed[np.argsort(rank, kind="stable")]
