"""What a section is, and how it is found: a file in `benchmarks/sections` with a subclass is all it takes."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line. quick: shorter measurements, the same table."""

    quick: bool = False
    only: tuple[str, ...] = ()  # scenarios by name; all if empty

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only


class Section:
    """One part of the report: `run` prints it."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    rank: ClassVar[int] = 100
    known: ClassVar[dict[str, type[Section]]] = {}

    def __init_subclass__(cls) -> None:
        Section.known[cls.name] = cls

    def run(self, options: Options) -> None:
        raise NotImplementedError(type(self).__name__)


def sections() -> list[type[Section]]:
    """All sections, in the order of their rank."""
    package = importlib.import_module("benchmarks.sections")
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    return sorted(Section.known.values(), key=lambda section: (section.rank, section.name))
