"""Specifications: frozen dataclasses whose fields say how they are shown, checked and stored.

A subclass of `Spec` becomes a keyword-only frozen dataclass by itself and enters the registry that its base
names. Form, JSON, validation, documentation, export and tests all derive from the fields declared with `hp`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import logging
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, dataclass_transform

from vitrine.core.errors import GUEST, SpecError, breaks, shown
from vitrine.core.fields import Field, field_schema, fits_float, hp
from vitrine.core.registry import Registry

__all__ = ["Field", "FieldProblem", "Json", "Registry", "Spec", "hp", "stored"]

log = logging.getLogger(__name__)

Json = Any
DEEPEST = 50  # levels that a stored description may be nested


@dataclass(frozen=True)
class FieldProblem:
    """One field of a spec that can't stand: which and why; "" is the spec as a whole, under its title."""

    field: str
    label: str
    message: str

    def __str__(self) -> str:
        return f"{self.label} {self.message}" if self.field else f"{self.label}: {self.message}"


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
    told: ClassVar[bool] = False  # a card names it also where it is what the layer comes with
    version: ClassVar[int] = 1
    upgrades: ClassVar[Mapping[int, Callable[[dict[str, Json]], dict[str, Json]]]] = {}

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)
        if not cls.__dict__.get("title"):
            cls.title = cls.__name__
        if "problems" in cls.__dict__:
            cls.problems = _guarded(cls.problems)  # type: ignore[method-assign,assignment]
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
        """The declared hyperparameter of that name. Raises SpecError naming the known ones."""
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
        """A copy with other values. Raises SpecError for an unknown field."""
        for name in changes:
            self.field(name)
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def in_place_of(self, before: Spec) -> tuple[Self, str]:
        """This spec where a person chooses its type in place of `before`: with what it keeps of that, and what to say of it ("" for nothing)."""
        return self, ""

    def problems(self) -> list[FieldProblem]:
        """Every field whose value can't stand; subclasses add what concerns several fields. What a subclass raises there is a problem
        of the spec as a whole: whoever looks at it need not know whose code it is."""
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

    @classmethod
    def prove(cls) -> None:
        """Raises whatever a type raises that can't be made, checked, described or stored: asked of contributed ones only."""
        spec = cls()
        getattr(cls.problems, "__wrapped__", cls.problems)(spec)
        cls.json_schema()
        if cls.from_json(spec.to_json()) != spec:
            raise SpecError(f"{cls.__name__} does not come back from its stored form")

    def to_json(self) -> dict[str, Json]:
        """Type, version and fields as plain values; `from_json` reads them."""
        data: dict[str, Json] = {"type": type(self).__name__}
        if self.version > 1:
            data["version"] = self.version
        for field in self.fields():
            data[field.name] = _value_to_json(getattr(self, field.name))
        return data

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Read what `to_json` wrote, or a bare type name. Raises SpecError (unknown type, field or newer version).

        A value beyond its range is taken and told by `problems`, so that it can be mended where it is shown; one that no
        form could hold, such as a list for a number, is refused.
        """
        if isinstance(data, str):
            data = {"type": data}
        if not isinstance(data, Mapping):
            raise SpecError(f"expected the description of a {cls.registry.name if cls.registry else cls.title}, got {shown(data)}")
        _check_depth(data)
        target = cls._resolve(data.get("type"))
        values = target._upgraded({k: v for k, v in data.items() if k != "type"})
        known = {f.name: f for f in target.fields()}
        for name, value in values.items():
            if name not in known:
                raise SpecError(f"{target.title} has no field {shown(name)}; it has {', '.join(sorted(known))}", name)
            misfit = _misfit(known[name], value)
            if misfit:
                raise SpecError(f"{target.title}: {known[name].label} {misfit}", name)
        return target(**values)

    @classmethod
    def _resolve(cls, name: Json) -> type[Self]:
        if cls.registry is None:
            return cls
        if name is None:
            raise SpecError(f"the description of a {cls.registry.name} lacks its type")
        target = cls.registry.get(name)
        if not issubclass(target, cls):
            raise SpecError(f"{shown(name)} is not a {cls.title}")
        return target

    @classmethod
    def _upgraded(cls, values: dict[str, Json]) -> dict[str, Json]:
        version = values.pop("version", 1)
        if type(version) is not int or version < 1:
            raise SpecError(f"{cls.title}: {shown(version)} is no version")
        if version > cls.version:
            raise SpecError(f"{cls.title} was stored by a newer Vitrine (version {shown(version)}); update the app to open it")
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


def _guarded(problems: Callable[[Any], list[FieldProblem]]) -> Callable[[Any], list[FieldProblem]]:
    """A contributed type's `problems` that never raises and gives nothing but problems."""

    @functools.wraps(problems)
    def call(self: Spec) -> list[FieldProblem]:
        try:
            found = problems(self)
            if not isinstance(found, list) or not all(isinstance(one, FieldProblem) for one in found):
                raise TypeError(f"its problems must be a list of FieldProblem, not {shown(found)}")
            return found
        except GUEST as error:
            log.info("%s can't say what is wrong with it", type(self).__name__, exc_info=error)
            return [*Spec.problems(self), FieldProblem("", self.title, breaks(error))]

    return call


def stored(spec: Spec) -> dict[str, Json]:
    """Its stored form. A contributed type whose own `to_json` breaks, or gives what no file holds, is stored by its declared fields:
    nobody's work stays unsaved for it."""
    if type(spec).to_json is not Spec.to_json:
        try:
            data = spec.to_json()
            json.dumps(data)
            return data
        except GUEST:
            log.exception("%s has no stored form of its own", type(spec).__name__)
    return Spec.to_json(spec)


def _field_of(declared: dataclasses.Field[Any]) -> Field:
    meta = dict(declared.metadata["hp"])
    meta["label"] = meta["label"] or declared.name.replace("_", " ").capitalize()
    return Field(name=declared.name, default=declared.default, **meta)


def _coerce(field: Field, value: Any) -> Any:
    """Bring JSON's and NumPy's forms of a value to the field's own; what can't be brought stays as it is."""
    if field.kind == "spec" and isinstance(value, (str, Mapping)):
        return Registry.of(field.registry).get(value)() if isinstance(value, str) else _nested(field, value)
    if field.kind in ("ints", "strs") and isinstance(value, (list, tuple)):
        found = tuple(_whole(v) for v in value) if field.kind == "ints" else tuple(value)
        return value if isinstance(value, tuple) and all(a is b for a, b in zip(found, value)) else found
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and fits_float(value):
        number = float(value)
        if field.kind in ("int", "int_or_choice") and not isinstance(value, int) and number.is_integer():
            return int(number)
        if field.kind == "float":
            return number
    return value


def _whole(value: Any) -> Any:
    """2.0 as 2; anything else as it is."""
    if isinstance(value, (int, bool)) or not isinstance(value, numbers.Real):
        return value
    number = float(value)
    return int(number) if number.is_integer() else value


def _check_depth(data: Json) -> None:
    """Raises SpecError for a description nested so deeply that nobody made it by hand."""
    level: list[Json] = [data]
    for _ in range(DEEPEST):
        level = [v for at in level for v in (at.values() if isinstance(at, Mapping) else at) if isinstance(v, (Mapping, list))]
        if not level:
            return
    raise SpecError(f"the description is nested more than {DEEPEST} levels deep")


def _misfit(field: Field, value: Json) -> str | None:
    """Why a stored value can't even be held in the field, to be mended there; None if it can."""
    if field.kind == "spec":
        held = isinstance(value, (str, Mapping, Spec)) or (value is None and field.optional)
        return None if held else f"must be {field.registry_text}, not {shown(value)}"
    if field.kind in ("ints", "strs"):
        plain = value is None or isinstance(value, str) or (isinstance(value, (list, tuple)) and all(map(_is_plain, value)))
        return None if plain else f"must be a list of numbers or texts, not {shown(value)}"
    return None if _is_plain(value) else f"must be {_KINDS.get(field.kind, 'a number')}, not {shown(value)}"


_KINDS = {"str": "text", "path": "text", "choice": "one of its choices", "bool": "true or false"}


def _is_plain(value: Json) -> bool:
    """Whether a field may hold it until it is mended. Not NaN, which is not even equal to itself."""
    return is_text(value) if isinstance(value, str) else value is None or (isinstance(value, numbers.Real) and value == value)


def is_text(value: Json) -> bool:
    """Whether `value` is text that can be written to a file: no half of a surrogate pair."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def _nested(field: Field, value: Mapping[str, Json]) -> Spec:
    spec: Spec = Registry.of(field.registry).get(value.get("type", "")).from_json(value)
    return spec


def _value_to_json(value: Any) -> Json:
    if isinstance(value, Spec):
        return stored(value) if value.fields() else type(value).__name__
    return list(value) if isinstance(value, tuple) else value
