"""Types by name: a class in a file of the registry's package is all it takes to be known."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

from core.errors import SpecError

T = TypeVar("T")


class Registry(Generic[T]):
    """Types by name; the modules of `package` are imported at the first look-up, so that a new file is enough."""

    all: ClassVar[dict[str, Registry[Any]]] = {}

    def __init__(self, name: str, package: str) -> None:
        self.name = name
        self.package = package
        self._types: dict[str, type[Any]] = {}
        self._loaded = False
        self._lock = threading.RLock()
        Registry.all[name] = self

    def add(self, cls: type[T]) -> None:
        known = self._types.get(cls.__name__)
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"two {self.name} types are named {cls.__name__}: {known.__module__} and {cls.__module__}")
        self._types[cls.__name__] = cls

    def load(self) -> None:
        if self._loaded:
            return
        with self._lock:  # a second thread must not see half of the types
            package = importlib.import_module(self.package)
            for module in pkgutil.iter_modules(package.__path__, self.package + "."):
                importlib.import_module(module.name)
            self._loaded = True

    def get(self, name: str) -> type[T]:
        """The type of that name. Raises SpecError naming the known ones."""
        self.load()
        try:
            return self._types[name]
        except (KeyError, TypeError):
            known = ", ".join(sorted(self._types))
            raise SpecError(f"there is no {self.name} named {name!r}; known are {known}") from None

    def names(self) -> list[str]:
        return [cls.__name__ for cls in self]

    def groups(self) -> dict[str, list[type[T]]]:
        """Types by their `group`, both in declared order."""
        found: dict[str, list[type[T]]] = {}
        for cls in self:
            found.setdefault(getattr(cls, "group", ""), []).append(cls)
        return found

    def __iter__(self) -> Iterator[type[T]]:
        self.load()
        return iter(sorted(self._types.values(), key=lambda cls: (cls.rank, cls.__name__)))

    def __len__(self) -> int:
        self.load()
        return len(self._types)

    def __contains__(self, name: object) -> bool:
        self.load()
        return name in self._types
