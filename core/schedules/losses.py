"""The losses of a run's epochs, as a schedule reads them: in place, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar, overload

from vitrine.core.progress import Record

FoldedT = TypeVar("FoldedT")


class Losses(Sequence[float]):
    """Losses by finished epoch from the `start`-th on, of a column that only grows. `losses[3:]` copies nothing."""

    def __init__(self, record: Record, name: str, start: int = 0, known: dict[Hashable, tuple[int, object]] | None = None) -> None:
        self._record, self._table, self._name, self._start = record, record.epochs, name, start
        self._known = {} if known is None else known  # by what was folded and from where: how many, and what it came to

    def __len__(self) -> int:
        return max(0, self._table.count - self._start)

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[float]: ...
    def __getitem__(self, place: int | slice) -> float | Sequence[float]:
        if isinstance(place, slice):
            first, stop, step = place.indices(len(self))
            if stop == len(self) and step == 1:
                return Losses(self._record, self._name, self._start + first, self._known)
            return [self[i] for i in range(first, stop, step)]
        at = place + len(self) if place < 0 else place
        if not 0 <= at < len(self):
            raise IndexError(place)
        return float(self._table.column(self._name, self._start + at)[0])

    def fold(
        self, what: Hashable, step: Callable[[FoldedT, float], FoldedT], first: FoldedT, anew: Callable[[FoldedT], FoldedT] | None
    ) -> FoldedT:
        """See `folded`."""
        starts = {start.epochs - self._start for start in self._record.starts} if anew is not None else ()
        key = (what, self._start)
        count, value = self._known.get(key, (0, first))
        for loss in self._table.column(self._name, self._start + count).tolist():
            if anew is not None and count in starts:
                value = anew(value)  # type: ignore[arg-type]
            value, count = step(value, loss), count + 1  # type: ignore[arg-type]
        self._known[key] = count, value
        return value  # type: ignore[return-value]


def folded(
    losses: Sequence[float],
    what: Hashable,
    step: Callable[[FoldedT, float], FoldedT],
    first: FoldedT,
    anew: Callable[[FoldedT], FoldedT] | None = None,
) -> FoldedT:
    """step(... step(step(first, losses[0]), losses[1]) ...). Losses of a run are remembered under `what`, so that each is
    taken in once however often it is asked.

    anew: what becomes of the value where the run became one of another loss or network; losses before and after don't compare.
    """
    if isinstance(losses, Losses):
        return losses.fold(what, step, first, anew)
    value = first
    for loss in losses:
        value = step(value, loss)
    return value
