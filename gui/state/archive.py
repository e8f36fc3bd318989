"""The runs that edits replaced, where undo and redo find them again."""

from __future__ import annotations

from collections.abc import Callable

from vitrine.core.training.continuing import change_between, renamed
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.trained import Trained
from vitrine.gui.state.live_run import LiveRun

LARGEST = 256 * 2**20  # bytes of weights, optimizers' memory and records that undo may hold; the newest is held anyway

Kept = Trained | LiveRun


class Archive:
    """By place on the undo stack (0 before the first command): the run as it stood when that place was left.

    cuts: places whose command threw the training away knowingly (Reset, New weights): nothing is carried over them.
    dropped: told of what had to go.
    """

    def __init__(self, dropped: Callable[[Trained], object], largest: int = LARGEST) -> None:
        self.largest = largest
        self.dropped = dropped
        self.cuts: set[int] = set()
        self._kept: dict[int, Kept] = {}  # in the order in which they were left

    def clear(self) -> None:
        self._kept.clear()
        self.cuts.clear()

    def pushed(self, place: int, cut: bool) -> None:
        """A command was done that leads to this place: what could be redone from here on is gone."""
        self._kept = {at: kept for at, kept in self._kept.items() if at < place}
        self.cuts = {at for at in self.cuts if at < place} | ({place} if cut else set())

    def leave(self, place: int, run: LiveRun) -> None:
        """The run of this place is ended, for another place."""
        self._kept.pop(place, None)
        if run.worth_keeping:
            self._kept[place] = run

    def settle(self, run: LiveRun) -> None:
        """A run has ended: what it came to is kept, the rest may go."""
        trained = run.trained
        for place in [at for at, kept in self._kept.items() if kept is run]:
            if trained is None:
                del self._kept[place]
            else:
                self._kept[place] = trained
        self._shrink()

    def cut_between(self, one: int, other: int) -> bool:
        low, high = sorted((one, other))
        return any(low < cut <= high for cut in self.cuts)

    def find(self, place: int, came_from: int, experiment: Experiment) -> Kept | None:
        """What undo or redo from one place to another brings back: the run as it stood here; else, on the way that was
        gone through too fast for a run, the nearest that goes on exactly, or the nearest before."""
        if place in self._kept:
            return self._kept[place]
        for at in range(place + 1, came_from):
            if at in self._kept and not self.cut_between(place, at):
                if change_between(self._kept[at].experiment, experiment) in ("none", "adopt"):
                    return self._kept[at]
                break
        lowest = came_from if came_from < place else -1
        for at in range(place - 1, lowest, -1):
            if self.cut_between(at, place):
                return None
            if at in self._kept:
                return self._kept[at]
        return None

    @property
    def nbytes(self) -> int:
        return sum(kept.nbytes for kept in self._held())

    def _held(self) -> list[Trained]:
        """Those that take memory, each once, the oldest first."""
        return list({id(kept): kept for kept in self._kept.values() if isinstance(kept, Trained)}.values())

    def _shrink(self) -> None:
        held = self._held()
        while len(held) > 1 and sum(kept.nbytes for kept in held) > self.largest:
            oldest = held.pop(0)
            self._kept = {at: kept for at, kept in self._kept.items() if kept is not oldest}
            self.dropped(oldest)


def same_network(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments train the same network, layers' names and settings of training aside."""
    names = renamed(one.graph, other.graph)
    layers = {names.get(node.id, node.id): node.layer for node in one.graph.nodes}
    edges = {(names.get(e.source, e.source), names.get(e.target, e.target)) for e in one.graph.edges}
    same = layers == {node.id: node.layer for node in other.graph.nodes} and edges == {(e.source, e.target) for e in other.graph.edges}
    return (
        same and one.seed == other.seed and (one.dataset, one.preprocessing, one.split) == (other.dataset, other.preprocessing, other.split)
    )
