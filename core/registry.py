"""Contributions by name: a file in the right folder is all it takes to be known.

`discover(kind)` is the one door for them: the modules of the kind's package in the tree, the user's own files, and entry points of
installed packages. What raises there is left out with a sentence that names it, and everything else works.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from vitrine.core import contributions
from vitrine.core.contributions import Contribution, Disabled
from vitrine.core.errors import SpecError, shown

T = TypeVar("T")
V = TypeVar("V")

# Where the contributions of each kind lie; `base.py` there makes the kind's registry. The package's last word names the user's folder
# (`plugins/layers`) and the entry points (`vitrine.layers`).
KINDS = {
    "task": "vitrine.core.tasks",
    "activation": "vitrine.core.activations",
    "initializer": "vitrine.core.initializers",
    "regularizer": "vitrine.core.regularizers",
    "layer": "vitrine.core.layers",
    "loss": "vitrine.core.losses",
    "learner": "vitrine.core.learners",
    "metric": "vitrine.core.metrics",
    "optimizer": "vitrine.core.optimizers",
    "schedule": "vitrine.core.schedules",
    "stop_rule": "vitrine.core.stop_rules",
    "monitor": "vitrine.core.monitors",
    "probe": "vitrine.core.probes",
    "study": "vitrine.core.studies",
    "surface": "vitrine.core.surfaces",
    "dataset": "vitrine.datasets",
    "preprocessing": "vitrine.datasets.preprocessing",
    "editor": "vitrine.gui.forms",
    "preview": "vitrine.gui.forms",
    "panel": "vitrine.gui.panels",
    "command": "vitrine.gui.window.commands",
    "bench_section": "benchmarks.sections",
    "bench_row": "benchmarks.results.rows",
}

TEXTS = ("title", "group", "summary", "formula", "id", "tip", "area", "behind")

_lock = threading.RLock()  # a second thread must not see half of the contributions
_begun: set[str] = set()
_done: set[str] = set()


class Shelf(Generic[V]):
    """Things by name. It fills itself at the first look, with what `discover` finds."""

    all: ClassVar[dict[str, Shelf[Any]]] = {}
    disabled: ClassVar[list[Disabled]] = []  # what could not be imported, of any kind

    def __init__(self, kind: str) -> None:
        self.name = kind
        self.package = KINDS[kind]
        self._things: dict[str, V] = {}
        self._ordered: tuple[V, ...] | None = None  # sorted once: whoever paints may ask at every card
        Shelf.all[kind] = self

    # what subclasses know of their things
    def key(self, thing: V) -> str:
        """The name under which a thing is found."""
        raise NotImplementedError(type(self).__name__)

    def module(self, thing: V) -> str:
        """The module that contributed the thing."""
        return str(thing.__module__)

    def order(self, thing: V) -> Any:
        """What things are sorted by: rank, then name."""
        return getattr(thing, "rank", 100), self.key(thing)

    # filling
    def add(self, thing: V) -> None:
        """Raises TypeError where another module has something of that name."""
        name = self.key(thing)
        known = self._things.get(name)
        if known is not None and self.module(known) != self.module(thing):
            raise TypeError(f"two {self.name} types are named {name}: {self.module(known)} and {self.module(thing)}")
        self._things[name] = thing
        self._ordered = None

    def contributed_by(self, module: str) -> list[V]:
        """What a module brought."""
        return [thing for thing in self._things.values() if self.module(thing) == module]

    def forget(self, module: str) -> None:
        """Drop what a module contributed before it failed."""
        self._things = {name: thing for name, thing in self._things.items() if self.module(thing) != module}
        self._ordered = None

    def load(self) -> None:
        """Import every contribution of the kind, once."""
        if self.name not in _done:
            discover(self.name)

    # looking
    def get(self, name: str) -> V:
        """The thing of that name. Raises SpecError naming the known ones."""
        self.load()
        try:
            return self._things[name]
        except (KeyError, TypeError):
            known = ", ".join(sorted(self._things))
            left_out = "".join(f". {one}" for one in Shelf.disabled if one.kind == self.name)
            raise SpecError(f"there is no {self.name} named {shown(name)}; known are {known}{left_out}") from None

    def names(self) -> list[str]:
        """All names, in declared order."""
        return [self.key(thing) for thing in self]

    def __iter__(self) -> Iterator[V]:
        self.load()
        if self._ordered is None or len(self._ordered) != len(self._things):
            self._ordered = tuple(sorted(self._things.values(), key=self.order))
        return iter(self._ordered)

    def __len__(self) -> int:
        self.load()
        return len(self._things)

    def __contains__(self, name: object) -> bool:
        self.load()
        return name in self._things


class Registry(Shelf[type[T]]):
    """Types by their class name, or by another of their attributes."""

    def __init__(self, kind: str, attribute: str = "__name__") -> None:
        super().__init__(kind)
        self._attribute = attribute

    @staticmethod
    def of(kind: str) -> Registry[Any]:
        """The registry of a kind, wherever it lives. Raises KeyError for a kind that nobody declared."""
        if kind not in Shelf.all:
            importlib.import_module(f"{KINDS[kind]}.base")
        found = Shelf.all[kind]
        assert isinstance(found, Registry)
        return found

    def key(self, thing: type[T]) -> str:
        return str(getattr(thing, self._attribute))

    def groups(self) -> dict[str, list[type[T]]]:
        """Types by their `group`, both in declared order."""
        found: dict[str, list[type[T]]] = {}
        for cls in self:
            found.setdefault(getattr(cls, "group", ""), []).append(cls)
        return found


def discover(kind: str) -> list[Disabled]:
    """Import every contribution of a kind, once; what was left out, with the reasons."""
    with _lock:
        if kind not in _begun:
            _begun.add(kind)  # a module that asks for its own kind while it is imported gets what is there
            for contribution in contributions.of(KINDS[kind], skip=KINDS.values()):
                trouble = contribution.load() or (_prove(contribution) if contribution.guest else None)
                if trouble is None:
                    continue
                for shelf in Shelf.all.values():
                    shelf.forget(contribution.module)
                found = Disabled(kind, contribution.name, trouble)
                if all(one.reason != trouble for one in Shelf.disabled):  # one cause, one sentence
                    Shelf.disabled.append(found)
            _done.add(kind)
    return [one for one in Shelf.disabled if one.kind == kind]


def _prove(contribution: Contribution) -> str | None:
    """Why what a guest brought can't be used, though its import went well; None where it can."""
    for shelf in Shelf.all.values():
        for thing in shelf.contributed_by(contribution.module):
            trouble = contributions.guarded(contribution.name, partial(_prove_declared, thing)) if isinstance(thing, type) else None
            prove = getattr(thing, "prove", None)
            if trouble is None and prove is not None:
                trouble = contributions.guarded(contribution.name, prove)
            if trouble is not None:
                return trouble
    return None


def _prove_declared(thing: type) -> None:
    """Raises TypeError where what everything declares, or may, is of another type than all who show and sort it take it for."""
    for names, kind, words in ((TEXTS, str, "text"), (("rank",), int, "a whole number")):
        for name in names:
            if not isinstance(getattr(thing, name, kind()), kind):
                raise TypeError(f"{name} must be {words}, not {shown(getattr(thing, name))}")


def discover_all(rooms: tuple[str, ...] = ("vitrine.core", "vitrine.datasets", "vitrine.gui")) -> list[Disabled]:
    """Import the contributions of every kind in these rooms; what was left out."""
    for kind, package in KINDS.items():
        if package.startswith(rooms):
            discover(kind)
    return list(Shelf.disabled)
