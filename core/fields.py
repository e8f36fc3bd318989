"""What a specification declares of each of its fields: kind, default, range, choices, unit and help."""

from __future__ import annotations

import dataclasses
import math
import numbers
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vitrine.core.errors import shown
from vitrine.core.registry import Registry


@dataclass(frozen=True)
class Field:
    """What `hp` declares of one hyperparameter; `kind` decides the editor, the check and the JSON form.

    Kinds: int, float, bool, str, path, choice, ints (tuple of integers), strs (tuple of texts), int_or_choice, spec.
    """

    name: str
    kind: str
    default: Any
    label: str
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    exclusive: bool = False  # the minimum itself is not allowed
    choices: tuple[str, ...] = ()
    registry: str = ""
    optional: bool = False
    step: float | None = None
    scale: str = "linear"
    advanced: bool = False

    def problem(self, value: Any) -> str | None:
        """Why `value` can't stand in this field, or None."""
        if value is None:
            return None if self.optional else "a value is needed"
        check = _CHECKS.get(self.kind)
        return check(self, value) if check else None

    @property
    def registry_text(self) -> str:
        """What a value of a registry is called: "an optimizer", "a stop rule"."""
        return f"{'an' if self.registry[:1] in 'aeiou' else 'a'} {self.registry.replace('_', ' ')}"

    def range_text(self) -> str:
        """The range in words: "at least 0 and at most 1"; empty where there is none."""
        low = "" if self.minimum is None else f"{'above' if self.exclusive else 'at least'} {self.minimum:,.10g}"
        high = "" if self.maximum is None else f"at most {self.maximum:,.10g}"
        return " and ".join(part for part in (low, high) if part)

    def _number(self, value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return f"must be a number, not {shown(value)}"
        if not fits_float(value):
            return f"must be {self.range_text() or 'smaller'}, not {shown(value)}"
        value = float(value)
        if not math.isfinite(value):
            return f"must be finite, not {value!r}"
        if self.kind != "float" and int(value) != value:
            return f"must be a whole number, not {value!r}"
        low = self.minimum is not None and (value <= self.minimum if self.exclusive else value < self.minimum)
        if low or (self.maximum is not None and value > self.maximum):
            return f"must be {self.range_text()}, not {value:,.10g}"
        return None

    def _choice(self, value: Any) -> str | None:
        if value in self.choices:
            return None
        return f"must be one of {', '.join(self.choices)}, not {shown(value)}"

    def _int_or_choice(self, value: Any) -> str | None:
        return self._choice(value) if isinstance(value, str) else self._number(value)

    def _ints(self, value: Any) -> str | None:
        if not isinstance(value, tuple):
            return f"must be a list of whole numbers, not {shown(value)}"
        return next((p for p in (self._number(v) for v in value) if p), None)

    def _strs(self, value: Any) -> str | None:
        ok = isinstance(value, tuple) and all(isinstance(v, str) for v in value)
        return None if ok else f"must be a list of texts, not {shown(value)}"

    def _spec(self, value: Any) -> str | None:
        known = Registry.of(self.registry)
        if type(value).__name__ not in known or not isinstance(value, known.get(type(value).__name__)):
            return f"must be {self.registry_text}, not {shown(value)}"
        return next((f"{p.label}: {p.message}" for p in value.problems()), None)

    def _bool(self, value: Any) -> str | None:
        return None if isinstance(value, bool) else f"must be true or false, not {shown(value)}"

    def _str(self, value: Any) -> str | None:
        return None if isinstance(value, str) else f"must be text, not {shown(value)}"


def fits_float(value: Any) -> bool:
    """Whether a real number is no whole number beyond what a float can hold, such as 10**400."""
    return not isinstance(value, int) or abs(value) <= sys.float_info.max


_CHECKS: dict[str, Callable[[Field, Any], str | None]] = {
    "int": Field._number,
    "float": Field._number,
    "choice": Field._choice,
    "int_or_choice": Field._int_or_choice,
    "ints": Field._ints,
    "strs": Field._strs,
    "spec": Field._spec,
    "bool": Field._bool,
    "str": Field._str,
    "path": Field._str,
}


def hp(
    *,
    default: Any,
    help: str = "",
    kind: str = "",
    label: str = "",
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive: bool = False,
    choices: tuple[str, ...] = (),
    registry: str = "",
    optional: bool = False,
    step: float | None = None,
    scale: str = "linear",
    advanced: bool = False,
) -> Any:
    """Declare a hyperparameter. The kind follows from the default unless it is given.

    All by keyword: type checkers see that a field has a default only where `default=` is written.

    `registry` names a registry ("activation"): the value is then a Spec of it, and `default` may be its type name.
    `scale="log"` asks for a logarithmic editor, `optional` lets the value be None, `advanced` folds it away.
    """
    if not kind:
        kind = "spec" if registry else "choice" if choices else _kind_of(default)
    meta = {
        "kind": kind, "help": help, "label": label, "unit": unit, "minimum": minimum, "maximum": maximum,
        "exclusive": exclusive, "choices": tuple(choices), "registry": registry, "optional": optional,
        "step": step, "scale": scale, "advanced": advanced,
    }  # fmt: skip
    return dataclasses.field(default=default, metadata={"hp": meta})


def _kind_of(default: Any) -> str:
    for type_, kind in ((bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (tuple, "ints")):
        if isinstance(default, type_):
            return kind
    raise TypeError(f"hp can't tell the kind of {default!r}: give kind=")


_SCHEMA_TYPES = {"int": "integer", "float": "number", "bool": "boolean", "str": "string", "path": "string"}


def field_schema(field: Field) -> dict[str, Any]:
    """JSON Schema of a field, for editors and other programs."""
    schema: dict[str, Any] = {"title": field.label, "description": field.help}
    number = {}
    if field.minimum is not None:
        number["exclusiveMinimum" if field.exclusive else "minimum"] = field.minimum
    if field.maximum is not None:
        number["maximum"] = field.maximum
    if field.kind == "choice":
        schema["enum"] = list(field.choices)
    elif field.kind == "int_or_choice":
        schema["anyOf"] = [{"enum": list(field.choices)}, {"type": "integer", **number}]
    elif field.kind == "ints":
        schema.update(type="array", items={"type": "integer", **number})
    elif field.kind == "strs":
        schema.update(type="array", items={"type": "string"})
    elif field.kind == "spec":
        names = Registry.of(field.registry).names()
        schema["anyOf"] = [{"enum": names}, {"type": "object", "properties": {"type": {"enum": names}}}]
    else:
        schema.update(type=_SCHEMA_TYPES[field.kind], **number)
    if field.optional:
        schema = {"title": field.label, "anyOf": [schema, {"type": "null"}]}
    return schema
