"""One line of a form: label, editor, unit; below them what belongs to the value and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from vitrine.core.fields import Field
from vitrine.core.network.analysis import Problem
from vitrine.core.spec import Spec
from vitrine.gui.forms.editor import make_editor
from vitrine.gui.forms.guard import attempt
from vitrine.gui.forms.number import format_number
from vitrine.gui.widgets.problem_list import ProblemList

LABEL_WIDTH = 92


class Row(QWidget):
    """`committed` carries the new value and the dotted path from this field down to what was changed."""

    committed = Signal(object, str)
    fix_requested = Signal(object)

    def __init__(self, field: Field, parent: QWidget | None = None, prefix: str = "", indent: int = 0) -> None:
        super().__init__(parent)
        self.field = field
        self.editor = make_editor(field, f"{prefix}.{field.name}" if prefix else field.name, self)
        self.problems = ProblemList(self)
        self.note = QLabel(self)
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.hide()
        self.label = QLabel(field.label, self)
        self.label.setWordWrap(True)
        self.label.setFixedWidth(max(48, LABEL_WIDTH - indent))
        self.label.setBuddy(self.editor.input)
        self.editor.label_indent = indent
        self._add_reset()
        self._lay_out()
        for widget in (self.label, self.editor.input):
            widget.setToolTip(tip(field))
        self.editor.committed.connect(self._committed)
        self.editor.fix_requested.connect(self.fix_requested)
        self.problems.fix_requested.connect(self.fix_requested)

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(6)
        layout.setVerticalSpacing(3)
        layout.setColumnStretch(1, 1)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.editor, 1)
        if self.field.unit:
            unit = QLabel(self.field.unit, self)
            unit.setProperty("role", "muted")
            line.addWidget(unit)
        layout.addWidget(self.label, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(line, 0, 1)
        for row, widget in enumerate((self.note, self.editor.body, self.problems), start=1):
            if widget is not None:
                layout.addWidget(widget, row, 0, 1, 2)

    def _add_reset(self) -> None:
        default = default_of(self.field)
        shown = default.title if isinstance(default, Spec) else format_number(default) or "none"
        self.reset_action = QAction(f"Reset to default ({shown})", self)
        self.reset_action.triggered.connect(self.reset)
        self.label.addAction(self.reset_action)
        self.label.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def reset(self) -> None:
        """Back to the declared default."""
        default = default_of(self.field)
        if self.editor.value != default:
            attempt(self.editor.set_value, default)
            self._committed(default, "")

    def set_value(self, value: Any) -> None:
        attempt(self.editor.set_value, value)

    def set_note(self, text: str) -> None:
        """A muted remark below the editor; "" for none."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def set_problems(self, problems: Sequence[Problem]) -> None:
        self.problems.set_problems(problems)
        attempt(self.editor.set_invalid, any(p.severity == "error" for p in problems))

    def _committed(self, value: Any, path: str) -> None:
        self.committed.emit(value, f"{self.field.name}.{path}" if path else self.field.name)


def default_of(field: Field) -> Any:
    """The field's default as a value: a nested spec may be declared by its type's name."""
    if field.kind == "spec" and isinstance(field.default, str):
        from vitrine.core.spec import Registry

        return Registry.of(field.registry).get(field.default)()
    return field.default


def tip(field: Field) -> str:
    """Help, range and unit of a field, as a tooltip."""
    lines = [field.help]
    limits = field.range_text()
    if limits:
        lines.append(limits[0].upper() + limits[1:] + (f" {field.unit}" if field.unit else ""))
    if field.kind == "int_or_choice":
        lines.append(f"A number, or {' or '.join(field.choices)}")
    if field.optional:
        lines.append("Leave empty for none" if field.kind in ("int", "float", "str", "ints", "path") else "May be none")
    return "\n".join(line for line in lines if line)
