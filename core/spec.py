"""Specifications: frozen dataclasses whose fields say how they are shown, checked and stored.

A subclass of `Spec` becomes a keyword-only frozen dataclass by itself and enters the registry that its base
names. Form, JSON, validation, documentation, export and tests all derive from the fields declared with `hp`.
"""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, dataclass_transform

from core.errors import SpecError
from core.fields import Field, field_schema, hp
from core.registry import Registry

__all__ = ["Field", "FieldProblem", "Json", "Registry", "Spec", "hp"]

Json = Any


@dataclass(frozen=True)
class FieldProblem:
    """One field of a spec that can't stand: which and why."""

    field: str
    label: str
    message: str

    def __str__(self) -> str:
        return f"{self.label} {self.message}"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(hp,))
class Spec:
    """Frozen, comparable, storable description of a thing; no arrays, no behaviour that remembers.

    Construction never fails on a bad value, so that an edit in progress can be held and shown;
    `problems()` lists what is wrong and `check()` raises the first.
    """

    registry: ClassVar[Registry[Any] | None] = None
    title: ClassVar[str] = ""
    group: ClassVar[str] = ""
    rank: ClassVar[int] = 100
    summary: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    version: ClassVar[int] = 1
    upgrades: ClassVar[Mapping[int, Callable[[dict[str, Json]], dict[str, Json]]]] = {}

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)
        if not cls.__dict__.get("title"):
            cls.title = cls.__name__
        cls._fields_cache = None
        if not abstract and cls.registry is not None:
            cls.registry.add(cls)

    _fields_cache: ClassVar[tuple[Field, ...] | None] = None

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        """The declared hyperparameters, in order."""
        if cls._fields_cache is None:
            cls._fields_cache = tuple(_field_of(f) for f in dataclasses.fields(cls) if "hp" in f.metadata)  # type: ignore[arg-type]
        return cls._fields_cache

    @classmethod
    def field(cls, name: str) -> Field:
        for field in cls.fields():
            if field.name == name:
                return field
        raise SpecError(f"{cls.title} has no field {name!r}; it has {', '.join(f.name for f in cls.fields())}", name)

    def __post_init__(self) -> None:
        for field in self.fields():
            value = getattr(self, field.name)
            coerced = _coerce(field, value)
            if coerced is not value:
                object.__setattr__(self, field.name, coerced)

    def replace(self, **changes: Any) -> Self:
        for name in changes:
            self.field(name)
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def problems(self) -> list[FieldProblem]:
        """Every field whose value can't stand; subclasses add what concerns several fields."""
        found = []
        for field in self.fields():
            message = field.problem(getattr(self, field.name))
            if message:
                found.append(FieldProblem(field.name, field.label, message))
        return found

    def check(self) -> Self:
        """Itself. Raises SpecError for the first problem."""
        for problem in self.problems():
            raise SpecError(f"{self.title}: {problem}", problem.field)
        return self

    def to_json(self) -> dict[str, Json]:
        data: dict[str, Json] = {"type": type(self).__name__}
        if self.version > 1:
            data["version"] = self.version
        for field in self.fields():
            data[field.name] = _value_to_json(getattr(self, field.name))
        return data

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Read what `to_json` wrote, or a bare type name. Raises SpecError (unknown type, field or newer version)."""
        if isinstance(data, str):
            data = {"type": data}
        if not isinstance(data, Mapping):
            raise SpecError(f"expected the description of a {cls.title}, got {data!r}")
        target = cls._resolve(data.get("type"))
        values = target._upgraded({k: v for k, v in data.items() if k != "type"})
        known = {f.name for f in target.fields()}
        for name in values:
            if name not in known:
                raise SpecError(f"{target.title} has no field {name!r}; it has {', '.join(sorted(known))}", name)
        return target(**values)

    @classmethod
    def _resolve(cls, name: Json) -> type[Self]:
        if cls.registry is None:
            return cls
        if name is None:
            raise SpecError(f"the description of a {cls.registry.name} lacks its type")
        target = cls.registry.get(name)
        if not issubclass(target, cls):
            raise SpecError(f"{name} is not a {cls.title}")
        return target

    @classmethod
    def _upgraded(cls, values: dict[str, Json]) -> dict[str, Json]:
        version = values.pop("version", 1)
        if not isinstance(version, int) or version > cls.version:
            raise SpecError(f"{cls.title} was stored by a newer Vitrine (version {version}); update the app to open it")
        while version < cls.version:
            values = cls.upgrades[version](values)
            version += 1
        return values

    @classmethod
    def json_schema(cls) -> dict[str, Json]:
        """JSON schema of the stored form."""
        properties: dict[str, Json] = {"type": {"const": cls.__name__}}
        if cls.version > 1:
            properties["version"] = {"const": cls.version}
        for field in cls.fields():
            properties[field.name] = field_schema(field)
        return {"title": cls.title, "type": "object", "properties": properties, "additionalProperties": False}

    def summary_text(self) -> str:
        """The settings that differ from the defaults, in a few words, for a card or a table."""
        parts = []
        for field in self.fields():
            value = getattr(self, field.name)
            if value != _coerce(field, field.default):
                shown = value.title if isinstance(value, Spec) else f"{value:g}" if isinstance(value, float) else value
                parts.append(f"{field.label} {shown}")
        return ", ".join(parts)


def _field_of(declared: dataclasses.Field[Any]) -> Field:
    meta = dict(declared.metadata["hp"])
    meta["label"] = meta["label"] or declared.name.replace("_", " ").capitalize()
    return Field(name=declared.name, default=declared.default, **meta)


def _coerce(field: Field, value: Any) -> Any:
    """Bring JSON's and NumPy's forms of a value to the field's own; what can't be brought stays as it is."""
    if field.kind == "spec" and isinstance(value, (str, Mapping)):
        return Registry.all[field.registry].get(value)() if isinstance(value, str) else _nested(field, value)
    if field.kind in ("ints", "strs") and isinstance(value, list):
        return tuple(value)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        number = float(value)
        if field.kind in ("int", "int_or_choice") and type(value) is not int and number.is_integer():
            return int(number)
        if field.kind == "float" and type(value) is not float:
            return number
    return value


def _nested(field: Field, value: Mapping[str, Json]) -> Spec:
    return Registry.all[field.registry].get(value.get("type", "")).from_json(value)


def _value_to_json(value: Any) -> Json:
    if isinstance(value, Spec):
        return value.to_json() if value.fields() else type(value).__name__
    return list(value) if isinstance(value, tuple) else value
