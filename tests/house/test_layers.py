"""Which file may import which: no circles, and inside `core` and `gui` a folder imports only those that stand above it in the layout.

Imports for types only and imports inside functions count: what a reader must know to understand a file is what it imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from vitrine.core.registry import KINDS

ROOT = Path(__file__).resolve().parents[2]

# Each line may import those above it, and itself where it names one room. The order is the one of the layout in the design.
CORE = (
    "errors taming contributions registry fields spec rng progress machine",
    "tasks",
    "data",
    "kernels",
    "compiled",
    "initializers",
    "regularizers",
    "activations",
    "layers",
    "losses metrics optimizers schedules",
    "network",
    "stop_rules monitors",
    "training",
    "learners recording",
    "pictures",
    "probes studies surfaces",
    "files export",
    "console",
)
GUI = ("state", "look", "widgets", "forms canvas", "inspector data", "panels", "window", "app")


@cache
def modules() -> dict[str, Path]:
    files = [path for room in ("core", "datasets", "gui", "benchmarks") for path in (ROOT / room).rglob("*.py")] + [ROOT / "main.py"]
    return {_name(path): path for path in files}


def _name(path: Path) -> str:
    inside = path.relative_to(ROOT).with_suffix("").parts
    parts = inside if inside[0] == "benchmarks" else ("vitrine", *inside)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(module: str) -> frozenset[str]:
    """The modules of the project that a module imports, wherever in the file; a package counts where only its name is imported."""
    found = set()
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in modules() else node.module)
    return frozenset(name for name in found if name in modules() and name != module)


def circles(graph: dict[str, frozenset[str]]) -> Iterator[frozenset[str]]:
    """Sets of modules that reach each other (Tarjan, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(module: str) -> Iterator[frozenset[str]]:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                yield from visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            found = frozenset(stack[at:])
            del stack[at:]
            if len(found) > 1:
                yield found

    for module in sorted(graph):
        if module not in index:
            yield from visit(module)


def test_the_search_finds_circles() -> None:
    graph = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("ad"), "d": frozenset("e"), "e": frozenset()}
    assert list(circles(graph)) == [frozenset("abc")]


def test_no_circles_between_files() -> None:
    found = list(circles({m: imported(m) for m in modules()}))
    assert not found, "\n\n".join("\n".join(sorted(circle)) for circle in found)


def _rank(module: str, order: tuple[str, ...]) -> int:
    room = module.split(".")[2] if module.count(".") > 1 else ""
    return next((at for at, line in enumerate(order) if room in line.split()), -1)


@pytest.mark.parametrize(("package", "order"), [("core", CORE), ("gui", GUI)], ids=["core", "gui"])
def test_every_room_has_its_place(package: str, order: tuple[str, ...]) -> None:
    rooms = {m.split(".")[2] for m in modules() if m.startswith(f"vitrine.{package}.")}
    assert rooms <= {room for line in order for room in line.split()}, "where does it stand in the layout?"


@pytest.mark.parametrize(("package", "order"), [("core", CORE), ("gui", GUI)], ids=["core", "gui"])
def test_rooms_import_only_those_above(package: str, order: tuple[str, ...]) -> None:
    faults = []
    for module in sorted(modules()):
        if not module.startswith(f"vitrine.{package}."):
            continue
        for other in sorted(imported(module)):
            if not other.startswith(f"vitrine.{package}."):
                continue
            room, there = module.split(".")[2], other.split(".")[2]
            upwards = _rank(other, order) > _rank(module, order)
            beside = _rank(other, order) == _rank(module, order) and room != there and package == "gui"
            if upwards or beside:
                faults.append(f"{module} imports {other}")
    assert not faults, "\n".join(faults)


def test_rooms_are_small() -> None:
    """Fewer than about 16 files, unless they are all of one kind of thing."""
    kinds = {ROOT.joinpath(*package.split(".")[1:]) for package in KINDS.values() if package.startswith("vitrine.")}
    rooms = {path.parent for path in modules().values()} - kinds - {ROOT}
    crowded = {room.relative_to(ROOT).as_posix(): len(list(room.glob("*.py"))) for room in rooms if len(list(room.glob("*.py"))) > 17}
    assert not crowded
