"""No type is asked for by its name: what has to be known of a type, the type declares.

Names stand where a type is declared or stored (defaults of fields, JSON, `explained_by`, `head`), not where something is decided.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vitrine.core.registry import KINDS, Registry

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for room in ("core", "datasets", "gui") for path in (ROOT / room).rglob("*.py")) + [ROOT / "main.py"]


@cache
def names() -> frozenset[str]:
    """The types of the engine and the data, and their titles."""
    kinds = [kind for kind, package in KINDS.items() if package.startswith(("vitrine.core", "vitrine.datasets"))]
    return frozenset(name for kind in kinds for cls in Registry.of(kind) for name in (cls.__name__, cls.__name__.lower()))


def _named(node: ast.AST) -> bool:
    values = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return any(isinstance(value, ast.Constant) and value.value in names() for value in values)


def _of_a_type(node: ast.AST) -> bool:
    """An expression that gives a type's name, title or link."""
    return any(isinstance(part, ast.Attribute) and part.attr in ("__name__", "title", "link") for part in ast.walk(node))


def faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(_named(side) for side in sides) and any(_of_a_type(side) for side in sides):
                yield f"line {node.lineno}: compares with the name of a type: {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            looked_up = node.func.attr == "get" and any(word in ast.unparse(node.func.value) for word in ("registry", "Registry"))
            given = [*(node.args if looked_up else ()), *(k.value for k in node.keywords if node.func.attr == "replace")]
            if any(_named(value) for value in given):
                yield f"line {node.lineno}: asks for a type by its name: {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            remedy = node.func.id in ("Hint", "Fix") and any(_named(k.value) for k in node.keywords)
            dispatch = node.func.id == "getattr" and len(node.args) > 1 and isinstance(node.args[1], ast.JoinedStr)
            if remedy or dispatch:
                yield f"line {node.lineno}: finds by a name: {ast.unparse(node)}"


def test_decides_by_what_types_declare() -> None:
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in SOURCES for fault in faults(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


BY_NAME = """
if type(layer).__name__ in ("Dense", "Conv2D"): pass
if value.title.lower() != "linear": pass
layer = Layer.registry.get("Flatten")()
layer.replace(activation="ReLU")
Hint("insert_before", "Insert Flatten", value="Flatten")
getattr(self, f"do_{name}")()
"""
ALLOWED = """
activation: Activation = hp(default="ReLU", registry="activation")
explained_by = ("DeadUnits",)
layer = Layer.registry.get(hint.value)()
if type(value).__name__ not in known: pass
getattr(experiment, part)
"""


def test_the_check_sees_what_it_is_for() -> None:
    assert len(list(faults(BY_NAME))) == 6
    assert not list(faults(ALLOWED))
