"""What a card says of its layer, in words, before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from vitrine.core.layers.base import Layer
from vitrine.core.network.analysis import Analysis, Problem
from vitrine.core.spec import Spec
from vitrine.core.training.experiment import Experiment


@dataclass(frozen=True)
class Face:
    """The texts and flags of one card."""

    name: str
    kind: type[Layer]
    settings: str
    output: str
    params: str
    problems: tuple[Problem, ...]
    takes_input: bool

    @property
    def severity(self) -> str | None:
        """ "error", "warning" or None."""
        found = {p.severity for p in self.problems}
        return "error" if "error" in found else "warning" if found else None

    def tooltip(self) -> str:
        """Everything the card says, uncut, as rich text."""
        rows = [f"<b>{escape(self.name)}</b> · {escape(self.kind.title)}"]
        rows += [escape(text) for text in (self.settings, self.output, self.params) if text]
        rows += [f"<b>{p.severity.capitalize()}:</b> {escape(p.message)}" for p in self.problems]
        return "<div style='max-width:340px'>" + "<br>".join(rows) + "</div>"


def face_of(experiment: Experiment, analysis: Analysis, node_id: str) -> Face:
    layer = experiment.graph[node_id].layer
    through = experiment.shown_through(node_id, analysis)
    return Face(
        name=node_id,
        kind=type(layer),
        settings=" · ".join(part for part in (_headline(node_id, layer), through) if part),
        output=shape_text(analysis, node_id),
        params=params_text(analysis, node_id),
        problems=tuple(analysis.problems_of(node_id)),
        takes_input=not layer.is_entry(),
    )


def _headline(node_id: str, layer: Layer) -> str:
    """The settings, after the type where the layer's name does not tell it."""
    told = node_id.lower().startswith(type(layer).__name__.lower())
    return " · ".join(part for part in ("" if told else layer.title, settings_text(layer)) if part)


def settings_text(layer: Layer) -> str:
    """The settings that matter at a glance: the first two plain ones, the activation, and whatever was changed."""
    parts, plain, default = [], 0, type(layer)()
    for field in type(layer).fields():
        value, changed = getattr(layer, field.name), getattr(layer, field.name) != getattr(default, field.name)
        if isinstance(value, Spec):
            if value.told or changed:
                parts.append(value.title)
            continue
        plain += not field.advanced
        if changed or (not field.advanced and plain <= 2 and value is not None):
            parts.append(f"{field.label.lower()} {value_text(value)}")
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return " × ".join(map(str, value)) if isinstance(value, tuple) else "none" if value is None else str(value)


def shape_text(analysis: Analysis, node_id: str) -> str:
    shape = analysis.shapes.get(node_id)
    return "→ ?" if shape is None else f"→ {'×'.join(map(str, shape)) or '1'}"


def params_text(analysis: Analysis, node_id: str) -> str:
    if node_id not in analysis.params:
        return ""
    count = analysis.param_count(node_id)
    return f"{count:,} parameter{'' if count == 1 else 's'}" if count else "No parameters"
