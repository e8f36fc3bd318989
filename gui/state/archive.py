"""The runs that edits replaced, where undo and redo find them again, and those that an edit cut off from redo."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vitrine.core.network.changes import renamed
from vitrine.core.training.continuing import change_between
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

    def pushed(self, place: int, cut: bool) -> None:
        """A command was done that leads to this place: what could be redone from here on is cut off."""
        gone = [entry for at, entry in self._kept.items() if at >= place]
        self._kept = {at: entry for at, entry in self._kept.items() if at < place}
        self.cuts = {at for at in self.cuts if at < place} | ({place} if cut else set())
        for entry in gone:
            if entry.learnt and all(entry.kept is not other.kept for other in self._entries()):
                self.left.append(entry)
                self.cut_off(entry)

    def leave(self, place: int, run: LiveRun) -> None:
        """The run of this place is ended, for another place."""
        before = self._kept.pop(place, None)
        if run.worth_keeping:
            self._kept[place] = Entry(run, run.touched or (before is not None and before.learnt))

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

    def find(self, place: int, came_from: int, experiment: Experiment) -> Kept | None:
        """What undo or redo from one place to another brings back: the run as it stood here; else, on the way that was
        gone through too fast for a run, the nearest that goes on exactly, or the nearest before."""
        if place in self._kept:
            return self._kept[place].kept
        for at in range(place + 1, came_from):
            if at in self._kept and not self.cut_between(place, at):
                if change_between(self._kept[at].kept.experiment, experiment) in ("none", "adopt"):
                    return self._kept[at].kept
                break
        lowest = came_from if came_from < place else -1
        for at in range(place - 1, lowest, -1):
            if self.cut_between(at, place):
                return None
            if at in self._kept:
                return self._kept[at].kept
        return None

    def last_learnt(self, place: int) -> Trained | None:
        """The run that was left last of those that came to weights of their own, the one of this place aside; what is known of it
        so far, if it is yet ending."""
        entries = [entry for at, entry in self._kept.items() if at != place] + self.left
        last = max((entry for entry in entries if entry.learnt), key=lambda entry: entry.time, default=None)
        return None if last is None else last.kept if isinstance(last.kept, Trained) else last.kept.trained

    @property
    def nbytes(self) -> int:
        """Memory that all take."""
        return sum(bytes_of(self._held()))

    def _entries(self) -> list[Entry]:
        return [*self.left, *self._kept.values()]

    def _held(self) -> list[Trained]:
        """Those that take memory, each once, the one that was left last first."""
        entries = sorted(self._entries(), key=lambda entry: entry.time, reverse=True)
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


def same_network(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments train the same network, layers' names and settings of training aside."""
    names = renamed(one.graph, other.graph)
    layers = {names.get(node.id, node.id): node.layer for node in one.graph.nodes}
    edges = {(names.get(e.source, e.source), names.get(e.target, e.target)) for e in one.graph.edges}
    same = layers == {node.id: node.layer for node in other.graph.nodes} and edges == {(e.source, e.target) for e in other.graph.edges}
    return (
        same and one.seed == other.seed and (one.dataset, one.preprocessing, one.split) == (other.dataset, other.preprocessing, other.split)
    )
