"""Every registered type of every registry builds a form that shows its values, takes others and comes back."""

from __future__ import annotations

import pytest

from tests.conformance.cases import all_types
from vitrine.core.fields import Field
from vitrine.core.spec import Registry, Spec
from vitrine.gui.forms import SpecForm

TYPES = [cls for cls in all_types() if issubclass(cls, Spec)]


def other_value(field: Field, value: object) -> object:
    """A legal value that is not `value`, or `value` where none is at hand."""
    low, high = field.minimum if field.minimum is not None else 0, field.maximum
    candidates: dict[str, list[object]] = {
        "int": [int(low) + 1, int(low) + 2], "float": [float(low) + 0.125, float(low) + 0.25], "bool": [True, False],
        "choice": list(field.choices), "int_or_choice": [int(low) + 1, *field.choices], "str": ["abc"], "path": ["abc"],
        "ints": [(int(low) + 1,) * 2, (int(low) + 2,) * 2], "strs": [("abc", "d e")],
    }  # fmt: skip
    if field.kind == "spec":
        return next((cls() for cls in Registry.of(field.registry) if not isinstance(value, cls)), value)
    fitting = [c for c in candidates[field.kind] if c != value and (high is None or not isinstance(c, (int, float)) or c <= high)]
    return fitting[0] if fitting else value


def test_there_is_something_to_try():
    assert len(TYPES) > 20 and {"layer", "activation", "dataset", "optimizer"} <= {cls.registry.name for cls in TYPES}


@pytest.mark.parametrize("cls", TYPES, ids=lambda cls: f"{cls.registry.name}-{cls.__name__}")
def test_form_builds_shows_and_takes(qtbot, cls):
    spec = cls()
    form = SpecForm(spec)
    qtbot.addWidget(form)
    assert list(form.rows) == [f.name for f in sorted(cls.fields(), key=lambda f: f.advanced)]
    assert all(form.editor(f.name).value == getattr(spec, f.name) for f in cls.fields())
    assert form.minimumSizeHint().width() <= 260
    received: list[tuple[Spec, str]] = []
    form.edited.connect(lambda new, path: received.append((new, path)))
    form.finish()
    assert received == [], "showing a value must not change it"
    for field in cls.fields():
        editor, wanted = form.editor(field.name), other_value(field, getattr(spec, field.name))
        changed = spec.replace(**{field.name: wanted})
        form.set_spec(changed)
        assert editor.value == wanted and received == [], field.name
        form.set_spec(spec)
        editor.display(wanted)  # what is typed or chosen …
        editor.finish()
        if not received:
            editor.commit(wanted)
        assert form.spec == changed and editor.value == wanted, f"{field.name} is not read as it is shown"
        form.set_spec(spec)
        received.clear()
