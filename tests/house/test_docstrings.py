"""The API reference is built from docstrings: every public module, class, function and method of the engine has one.

A method that carries out a documented one of a base class needs none of its own, nor does a member of a Protocol.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from vitrine.core.registry import Registry, Shelf, discover_all

PACKAGES = ("vitrine.core", "vitrine.datasets")


def _names(package: str) -> list[str]:
    found = pkgutil.walk_packages(importlib.import_module(package).__path__, package + ".")
    return [package, *(module.name for module in found if not module.name.endswith("__main__"))]


def _function(member: Any) -> Any:
    """What of a class's member carries the docstring; None for plain values."""
    if isinstance(member, staticmethod | classmethod):
        return member.__func__
    if isinstance(member, property):
        return member.fget
    if isinstance(member, functools.cached_property):
        return member.func
    return member if inspect.isfunction(member) else None


def _undocumented_methods(cls: type) -> Iterator[str]:
    if getattr(cls, "_is_protocol", False):
        return
    for name, member in vars(cls).items():
        function = _function(member)
        if name.startswith("_") or function is None or function.__module__ != cls.__module__:
            continue
        lines = (getattr(_function(vars(base).get(name)), "__doc__", None) for base in cls.__mro__)
        if not any(lines):
            yield f"{cls.__name__}.{name}"


def _undocumented(module: ModuleType) -> Iterator[str]:
    if not (module.__doc__ or "").strip():
        yield "the module itself"
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(inspect.unwrap(thing)) and not thing.__doc__:
            yield name
        if inspect.isclass(thing):
            if not thing.__doc__ or thing.__doc__.startswith(f"{name}("):  # what a dataclass writes by itself
                yield name
            yield from _undocumented_methods(thing)


def test_what_is_public_says_what_it_is() -> None:
    names = [name for package in PACKAGES for name in _names(package)]
    assert len(names) > 250
    found = [f"{name}: {thing}" for name in names for thing in _undocumented(importlib.import_module(name))]
    assert not found, "\n".join(found)


def test_a_formula_opens_its_docstring() -> None:
    discover_all(PACKAGES)
    types = [cls for registry in list(Shelf.all.values()) if isinstance(registry, Registry) for cls in registry]
    with_formula = [cls for cls in types if getattr(cls, "formula", "") and cls.__module__.startswith(PACKAGES)]
    assert len(with_formula) > 50
    faults = [cls.__name__ for cls in with_formula if not re.search(r"=|<-|~|\(", re.split(r"\.\s", cls.__doc__ or "")[0])]
    assert not faults
