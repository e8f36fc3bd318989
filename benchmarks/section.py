"""What a section is, and how it is found: a file in `benchmarks/sections` with a subclass is all it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vitrine.core.registry import Registry


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
    registry: ClassVar[Registry[Section]] = Registry("bench_section", "name")

    def __init_subclass__(cls) -> None:
        Section.registry.add(cls)

    def run(self, options: Options) -> None:
        raise NotImplementedError(type(self).__name__)


def sections() -> list[type[Section]]:
    """All sections, in the order of their rank."""
    return list(Section.registry)
