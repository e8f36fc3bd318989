"""The form of a specification, built from its declared fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from vitrine.core.network.analysis import Problem
from vitrine.core.spec import Spec
from vitrine.gui.forms.editor import Editor
from vitrine.gui.forms.guard import attempt
from vitrine.gui.forms.row import Row, default_of
from vitrine.gui.widgets.clearing import clear


class SpecForm(QWidget):
    """Editors for the fields of `spec`.

    edited(spec, path): the person changed a value; `spec` is the new one, `path` the field, dotted where the field
    lies in a nested spec ("activation.alpha"). A value that can't stand is kept too, and said in red below its
    editor. fix_requested(fix): a remedy's button was pressed (`vitrine.core.network.analysis.Fix`).
    `set_spec` brings editors to another spec in place, without emitting; `set_problems` adds what others found.
    """

    edited = Signal(object, str)
    fix_requested = Signal(object)

    def __init__(self, spec: Spec, parent: QWidget | None = None, prefix: str = "", indent: int = 0) -> None:
        super().__init__(parent)
        self._prefix, self._indent = prefix, indent
        self._spec = spec
        self._external: dict[str, list[Problem]] = {}
        self.rows: dict[str, Row] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(5)
        self._build()

    @property
    def spec(self) -> Spec:
        return self._spec

    def set_spec(self, spec: Spec) -> None:
        """Show another spec; of another type, with another form."""
        if type(spec) is not type(self._spec):
            self._spec = spec
            self._external = {}
            self._build()
        elif spec != self._spec:
            self._spec = spec
            self._show()
        else:
            self._show()  # an edit that was not accepted goes back

    def begin(self, spec: Spec) -> None:
        """Show the spec of another thing, of the same type: as a form that was made for it."""
        self.forget()
        self._spec, self._external = spec, {}
        self._show()
        if self.more is not None:
            self.more.setChecked(self._is_advanced())

    def forget(self) -> None:
        """Nothing is known any more of what was shown."""
        for row in self.rows.values():
            attempt(row.editor.forget)

    def set_problems(self, problems: Mapping[str, Sequence[Problem]]) -> None:
        """Problems found elsewhere, by field or dotted path; they stay until the next call."""
        self._external = {name: list(found) for name, found in problems.items()}
        self._show_problems()

    def editor(self, path: str) -> Editor:
        """The editor of a field, or of a nested one by its dotted path. Raises KeyError."""
        name, _, rest = path.partition(".")
        editor = self.rows[name].editor
        return editor.nested(rest) if rest else editor

    def finish(self) -> None:
        """Commit what is typed but not yet handed over."""
        for row in self.rows.values():
            attempt(row.editor.finish)

    def _build(self) -> None:
        clear(self._layout)
        self.rows = {}
        self.more: QToolButton | None = None
        folded = [field for field in self._spec.fields() if field.advanced]
        for field in self._spec.fields():
            if not field.advanced:
                self._add(Row(field, self, self._prefix, self._indent), self._layout)
        if folded:
            self._layout.addWidget(self._fold(folded), 0, Qt.AlignmentFlag.AlignLeft)
            self._layout.addWidget(self._folded)
        self._show()

    def _fold(self, fields: list[Any]) -> QToolButton:
        self._folded = QWidget(self)
        inner = QVBoxLayout(self._folded)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(5)
        for field in fields:
            self._add(Row(field, self._folded, self._prefix, self._indent), inner)
        changed = self._is_advanced()
        self.more = QToolButton(self)
        self.more.setObjectName("fold")
        self.more.setText("More")
        self.more.setToolTip(", ".join(f.label for f in fields))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.toggled.connect(self._unfold)
        self.more.setChecked(changed)
        self._unfold(changed)
        return self.more

    def _is_advanced(self) -> bool:
        """Whether what is folded away at first is not as it comes."""
        return any(getattr(self._spec, f.name) != default_of(f) for f in self._spec.fields() if f.advanced)

    def _unfold(self, open_: bool) -> None:
        assert self.more is not None
        self._folded.setVisible(open_)
        self.more.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)

    def _add(self, row: Row, layout: QVBoxLayout) -> None:
        self.rows[row.field.name] = row
        layout.addWidget(row)
        row.committed.connect(self._committed)
        row.fix_requested.connect(self.fix_requested)

    def _committed(self, value: Any, path: str) -> None:
        self._spec = self._spec.replace(**{path.partition(".")[0]: value})
        self._show_problems()
        self.edited.emit(self._spec, path)

    def _show(self) -> None:
        for name, row in self.rows.items():
            row.set_value(getattr(self._spec, name))
        self._show_problems()

    def _show_problems(self) -> None:
        own = {p.field: p for p in reversed(self._spec.problems())}
        for name, row in self.rows.items():
            value = getattr(self._spec, name)
            nested = isinstance(value, Spec) and any(p.field for p in value.problems())  # they are said there
            found: list[Problem] = []
            if name in own and not nested:
                found = [Problem(own[name].message, None, name)]
            elif not nested:
                found = self._external.get(name, [])
            row.set_problems(found)
            attempt(row.editor.set_problems, {key[len(name) + 1 :]: p for key, p in self._external.items() if key.startswith(name + ".")})
            if found and row.field.advanced and self.more is not None:
                self.more.setChecked(True)
