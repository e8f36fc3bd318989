"""A small judge of JSON against JSON schema: as much of it as `Spec.json_schema` writes."""

from __future__ import annotations

from typing import Any

TYPES: dict[str, Any] = {
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}
KNOWN = {"title", "description", "type", "enum", "const", "anyOf", "minimum", "exclusiveMinimum", "maximum", "items", "properties", "additionalProperties"}  # fmt: skip


def fault(value: Any, schema: dict[str, Any], at: str = "") -> str | None:
    """Why the value does not satisfy the schema, or None. Raises ValueError for a keyword it does not know."""
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError(f"schema keywords {unknown} at {at or 'the top'}")
    if "anyOf" in schema:
        faults = [fault(value, option, at) for option in schema["anyOf"]]
        return None if None in faults else f"{at}: {'; '.join(map(str, faults))}"
    if "type" in schema and not TYPES[schema["type"]](value):
        return f"{at}: {value!r} is not of type {schema['type']}"
    if "enum" in schema and value not in schema["enum"] or "const" in schema and value != schema["const"]:
        return f"{at}: {value!r} is not allowed"
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        return f"{at}: {value!r} is out of range"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        return f"{at}: {value!r} is not above {schema['exclusiveMinimum']}"
    if "items" in schema:
        return next((f for f in (fault(v, schema["items"], f"{at}[{i}]") for i, v in enumerate(value)) if f), None)
    return _object_fault(value, schema, at)


def _object_fault(value: Any, schema: dict[str, Any], at: str) -> str | None:
    properties = schema.get("properties")
    if properties is None:
        return None
    if schema.get("additionalProperties") is False and set(value) - set(properties):
        return f"{at}: unknown {set(value) - set(properties)}"
    return next((f for f in (fault(value[k], s, f"{at}.{k}") for k, s in properties.items() if k in value) if f), None)
