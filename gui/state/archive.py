"""The runs that edits replaced, where undo and redo find them again, and those that an edit cut off from redo."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vitrine.core.training.continuing import change_between, same_network
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.trained import Trained, bytes_of
from vitrine.gui.state.live_run import LiveRun

LARGEST = 256 * 2**20  # bytes of weights, optimizers' memory and records that undo may hold; the newest is held anyway

Kept = Trained | LiveRun


@dataclass(eq=False)
class Entry:
    """A run as it stood when it was left, at that time. learnt: it came to weights that are nowhere else. restored: that was before
    a crash."""

    kept: Kept
    learnt: bool
    time: float = field(default_factory=time.time)
    restored: bool = False
    order: int = field(default_factory=itertools.count().__next__)  # in which they were left, whatever the clock was set to meanwhile

    @property
    def step(self) -> int:
        trained = self.kept if isinstance(self.kept, Trained) else self.kept.trained
        return trained.step if trained is not None else 0


class Archive:
    """By place on the undo stack (0 before the first command): the run as it stood when that place was left. `left`: runs that
    redo would have brought back, until an edit after the undo cut them off; the latest last.

    cuts: places whose command threw the training away knowingly (Reset, New weights): nothing is carried over them.
    cut_off: told of a run that is now in `left`. dropped: told of what had to go.
    """

    def __init__(self, cut_off: Callable[[Entry], object], dropped: Callable[[Trained], object], largest: int = LARGEST) -> None:
        self.largest = largest
        self.cut_off, self.dropped = cut_off, dropped
        self.cuts: set[int] = set()
        self.left: list[Entry] = []
        self._kept: dict[int, Entry] = {}

    def clear(self) -> None:
        """The work is another."""
        self._kept.clear()
        self.left.clear()
        self.cuts.clear()

    def pushed(self, place: int, cut: bool, run: LiveRun) -> None:
        """A command was done that leads to this place: what could be redone from here on is cut off. run: the current one."""
        gone = {at: entry for at, entry in self._kept.items() if at >= place}
        self._kept = {at: entry for at, entry in self._kept.items() if at < place}
        self.cuts = {at for at in self.cuts if at < place} | ({place} if cut else set())
        for at, entry in gone.items():
            if at == place and not cut and run.came_through(entry.kept):  # joined with the command before: the run stays here
                self._kept[at] = entry
            else:
                self._set_aside(entry, run)

    def _set_aside(self, entry: Entry, run: LiveRun) -> None:
        """Undo and redo don't lead to this any more; what the current run came through is not lost by that."""
        if entry.learnt and not run.came_through(entry.kept) and all(entry.kept is not other.kept for other in self._entries()):
            self.left.append(entry)
            self.cut_off(entry)

    def move(self, place: int, to: int, run: LiveRun) -> None:
        """The run of one place goes on at another; that from which it was taken up goes along, as an older state of it."""
        if place == to:
            return
        begun, stood = self._kept.pop(place, None), self._kept.pop(to, None)
        if begun is not None:
            self._kept[to] = begun
        if stood is not None:
            self._set_aside(stood, run)

    def leave(self, place: int, run: LiveRun) -> None:
        """The run of this place is ended, for another place."""
        before = self._kept.pop(place, None)
        if run.worth_keeping:
            self._kept[place] = Entry(run, run.touched or (before is not None and before.learnt))
        if before is not None:
            self._set_aside(before, run)

    def arrive(self, place: int, origin: Kept | None, run: LiveRun, experiment: Experiment) -> None:
        """Another run is to stand at this place, with this experiment, and to go on from `origin`; `run` is the one before."""
        stood = self._kept.get(place)
        if stood is not None and stood.kept is not origin:
            del self._kept[place]
            self._set_aside(stood, run)
        if origin is run and run.touched and same_network(run.experiment, experiment):  # who cuts off the other place still has it
            self._kept[place] = Entry(run, True)

    def hold(self, trained: Trained) -> None:
        """What the work was loaded with is in no file of the user's."""
        self._kept[0] = Entry(trained, True)

    def bring_back(self, entry: Entry, place: int) -> None:
        """A run that was cut off stands at this place from now on."""
        self.left = [other for other in self.left if other is not entry]
        self._kept[place] = entry

    def settle(self, run: LiveRun) -> None:
        """A run has ended: what it came to is kept, the rest may go."""
        trained = run.trained
        for entry in self._entries():
            if entry.kept is run and trained is not None:
                entry.kept = trained
        self._forget(run)
        self._shrink()

    def cut_between(self, one: int, other: int) -> bool:
        """Whether training was thrown away knowingly on the way from one place to the other."""
        low, high = sorted((one, other))
        return any(low < cut <= high for cut in self.cuts)

    def has_another(self, place: int, run: LiveRun) -> bool:
        """Whether a run that learnt something stood at this place, and it is not the one that goes on."""
        entry = self._kept.get(place)
        return entry is not None and entry.learnt and not run.came_through(entry.kept)

    def find(self, place: int, came_from: int, experiment: Experiment) -> Kept | None:
        """What undo or redo from one place to another brings back: the run as it stood here; else the nearest after it that goes on
        exactly, which went on from here or came by too fast for a run, and stands here now; or the nearest before."""
        if place in self._kept:
            return self._kept[place].kept
        for at in range(place + 1, came_from if came_from > place else max(self._kept, default=place) + 1):
            if at in self._kept and not self.cut_between(place, at):
                if change_between(self._kept[at].kept.experiment, experiment) in ("none", "adopt"):
                    self._kept[place] = self._kept.pop(at)
                    return self._kept[place].kept
                break
        lowest = came_from if came_from < place else -1
        for at in range(place - 1, lowest, -1):
            if self.cut_between(at, place):
                return None
            if at in self._kept:
                return self._kept[at].kept
        return None

    def last_learnt(self, run: LiveRun) -> Trained | None:
        """The run that was left last of those that came to weights of their own, which the current one does not have; what is known
        of it so far, if it is yet ending. An older state of the current run is no other run."""
        for entry in sorted(self._entries(), key=lambda entry: entry.order, reverse=True):
            known = entry.kept if isinstance(entry.kept, Trained) else entry.kept.trained
            if entry.learnt and known is not None and not run.came_through(entry.kept):
                return known
        return None

    @property
    def nbytes(self) -> int:
        """Memory that all take."""
        return sum(bytes_of(self._held()))

    def _entries(self) -> list[Entry]:
        return [*self.left, *self._kept.values()]

    def _held(self) -> list[Trained]:
        """Those that take memory, each once, the one that was left last first."""
        entries = sorted(self._entries(), key=lambda entry: entry.order, reverse=True)
        return list({id(entry.kept): entry.kept for entry in entries if isinstance(entry.kept, Trained)}.values())

    def _shrink(self) -> None:
        held, total = self._held(), 0
        for number, size in enumerate(bytes_of(held)):
            total += size
            if number and total > self.largest:
                for gone in reversed(held[number:]):
                    self._forget(gone)
                    self.dropped(gone)
                return

    def _forget(self, kept: Kept) -> None:
        self._kept = {at: entry for at, entry in self._kept.items() if entry.kept is not kept}
        self.left = [entry for entry in self.left if entry.kept is not kept]
