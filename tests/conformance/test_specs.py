"""Every registered type as a specification: it can be stored, read, checked, shown and explained."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import re
from typing import Any

import pytest

from tests.conformance.cases import all_types, examples, name_of, registries, show
from tests.conformance.schema import fault
from vitrine.core.errors import SpecError
from vitrine.core.spec import Field, Spec

FORMULAS = ("layer", "activation", "initializer", "loss", "optimizer", "metric", "schedule", "regularizer")
each_type = pytest.mark.parametrize("cls", all_types(), ids=name_of)
each_example = pytest.mark.parametrize("spec", examples(all_types()), ids=show)


def test_registries_are_not_empty() -> None:
    """Were a registry not found, its types would be tested by nobody."""
    named = {r.name: len(r) for r in registries()}
    expected = {"layer", "activation", "initializer", "loss", "optimizer", "metric", "dataset", "preprocessing"}
    assert expected <= {name for name, count in named.items() if count}, named


@each_example
def test_json_there_and_back(spec: Spec) -> None:
    text = json.dumps(spec.to_json(), allow_nan=False)
    assert type(spec).from_json(json.loads(text)) == spec
    assert hash(type(spec).from_json(json.loads(text))) == hash(spec)


@each_example
def test_json_satisfies_its_schema(spec: Spec) -> None:
    schema = json.loads(json.dumps(type(spec).json_schema()))
    assert fault(spec.to_json(), schema) is None
    assert fault({**spec.to_json(), "no_such_field": 1}, schema) is not None


@each_example
def test_examples_have_no_problems(spec: Spec) -> None:
    assert [str(p) for p in spec.problems()] == []
    assert spec.check() is spec


@each_type
def test_unknown_field_is_refused_by_name(cls: type[Spec]) -> None:
    with pytest.raises(SpecError, match="no_such_field") as caught:
        cls.from_json({**cls().to_json(), "no_such_field": 1})
    assert caught.value.field == "no_such_field"


@each_type
def test_newer_version_is_refused(cls: type[Spec]) -> None:
    data = cls().to_json()
    data = {"type": data} if isinstance(data, str) else data
    with pytest.raises(SpecError, match="newer"):
        cls.from_json({**data, "version": cls.version + 1})


def bad_values(field: Field) -> list[Any]:
    """Values that can't stand in the field, by its declaration."""
    bad: list[Any] = [] if field.optional else [None]
    numeric = field.kind in ("int", "float", "int_or_choice")
    if numeric:
        bad += ["no number", math.nan, math.inf]
        bad += [field.minimum if field.exclusive else field.minimum - 1] if field.minimum is not None else []
        bad += [field.maximum + 1] if field.maximum is not None else []
    if field.kind == "int":
        bad.append(1.5)
    if field.kind in ("choice", "bool", "ints"):
        bad.append("no such choice")
    if field.kind in ("spec", "str", "path"):
        bad.append(7)
    return bad


@each_type
def test_bad_values_are_reported_at_their_field(cls: type[Spec]) -> None:
    for field in cls.fields():
        for value in bad_values(field):
            problems = dataclasses.replace(cls(), **{field.name: value}).problems()  # type: ignore[type-var]
            assert field.name in [p.field for p in problems], f"{field.name}={value!r} is not reported"
            assert all(p.message for p in problems)


@each_type
def test_fields_are_documented(cls: type[Spec]) -> None:
    for field in cls.fields():
        first = field.help.split()[0] if field.help else ""
        assert first[:1].isupper() or "." in first.rstrip("."), f"{field.name} lacks a help text, or it starts in lower case"
        assert not field.help.endswith("."), f"{field.name}: labels and help texts bear no full stop"
        assert field.label


@each_type
def test_type_is_documented(cls: type[Spec]) -> None:
    doc = inspect.getdoc(cls) or ""
    assert doc and cls.__dict__.get("__doc__"), "no docstring of its own"
    assert not doc.startswith(f"{cls.__name__}("), "the docstring is the one that dataclass writes"
    assert cls.title
    if cls.registry is not None and cls.registry.name in FORMULAS:
        assert cls.summary.endswith((".", "!", "?")), "summary: a sentence that says what it is for"
        assert cls.formula, "formula"
        opening = doc.split(". ")[0].split("\n")[0]
        assert any(sign in opening for sign in ("=", "<-", "~")), f"the docstring opens with words, not the formula: {opening!r}"


@each_type
def test_no_letter_of_a_formula_means_two_things(cls: type[Spec]) -> None:
    """A letter that is a function in it ("f(x)") is not a number as well."""
    for name in set(re.findall(r"\b([a-z])\(", cls.formula)):
        assert not re.search(rf"(?<![\w.]){name}\b(?!\()", cls.formula), f"{name} is a function and a number in {cls.formula}"


@each_type
def test_titles_are_unique(cls: type[Spec]) -> None:
    assert cls.registry is not None
    assert [c.__name__ for c in cls.registry if c.title == cls.title] == [cls.__name__]
