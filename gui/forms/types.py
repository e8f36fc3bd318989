"""Editor of a nested specification: which type, and that type's own fields below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vitrine.core.fields import Field
from vitrine.core.network.analysis import Problem
from vitrine.core.spec import Registry, Spec
from vitrine.gui.forms.choice import NONE, CalmCombo
from vitrine.gui.forms.editor import Editor
from vitrine.gui.forms.form import SpecForm
from vitrine.gui.forms.guard import attempt
from vitrine.gui.forms.preview import make_preview
from vitrine.gui.look import theme

INDENT = 10  # pixels a nested form stands in


def type_tip(cls: type[Spec]) -> str:
    """Title, summary and formula of a type, as a tooltip."""
    return "\n".join(part for part in (cls.title, cls.summary, cls.formula) if part)


class TypeList(QStandardItemModel):
    """The types of a registry by group, in words, each with its name as data; shared by all boxes that offer them."""

    def __init__(self, groups: Mapping[str, Sequence[type[Spec]]], optional: bool, parent: QObject | None) -> None:
        super().__init__(parent)
        if optional:
            self._add(NONE, None, "")
        for group, types in groups.items():
            if len(groups) > 1 and group:
                self._add_header(group)
            for cls in types:
                self._add(cls.title, cls.__name__, type_tip(cls))

    def _add(self, title: str, name: str | None, tip: str) -> None:
        item = QStandardItem(title)
        item.setData(name, Qt.ItemDataRole.UserRole)
        item.setToolTip(tip)
        self.appendRow(item)

    def _add_header(self, group: str) -> None:
        item = QStandardItem(group)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setData(..., Qt.ItemDataRole.UserRole)
        item.setForeground(QColor(theme.current().muted))
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        self.appendRow(item)


_lists: dict[tuple[object, ...], TypeList] = {}  # filling one takes longer than all the rest of a form


def types_of(registry: Registry[Any], optional: bool) -> TypeList:
    """The list for a registry as it is now, in the colors of now."""
    app = QCoreApplication.instance()
    key = (app, registry.name, optional, theme.current().name, *registry)
    if key not in _lists:
        _lists[key] = TypeList(registry.groups(), optional, app)
    return _lists[key]


class TypeCombo(CalmCombo):
    """A choice of a registry's types; `chosen` carries a type's name, or None."""

    chosen = Signal(object)

    def __init__(self, registry: Registry[Any], optional: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(types_of(registry, optional))
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def show_type(self, name: str | None) -> None:
        index = next((i for i in range(self.count()) if self.itemData(i) == name), -1)
        self.setCurrentIndex(index)
        self.setToolTip(self.itemData(index, Qt.ItemDataRole.ToolTipRole) or "")


class SpecEditor(Editor):
    """The type in a list; below it, a little indented, the form of its fields and a preview where there is one.

    A type chosen anew comes with its defaults; one that was chosen before comes back with its settings.
    """

    kinds = ("spec",)

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(field, name, parent)
        self.known = Registry.of(field.registry)
        self.combo = TypeCombo(self.known, field.optional, self)
        self.hold(self.combo)
        self.combo.chosen.connect(self._choose)
        self._seen: dict[str, Spec] = {}
        self.form: SpecForm | None = None
        self.body = QWidget(parent)
        self._layout = QVBoxLayout(self.body)
        self._layout.setContentsMargins(INDENT, 0, 0, 0)
        self._layout.setSpacing(4)
        self.preview = make_preview(field.registry, self.body)
        if self.preview is not None:
            self._layout.addWidget(self.preview)

    def forget(self) -> None:
        super().forget()
        self._seen = {}
        if self.form is not None:
            self.form.forget()

    def _choose(self, name: str | None) -> None:
        if isinstance(self._value, Spec):
            if type(self._value).__name__ == name:
                return
            self._seen[type(self._value).__name__] = self._value
        spec = None if name is None else self._seen.get(name) or self.known.get(name)()
        if spec != self._value:
            self._value = spec
            self.display(spec)
            self.committed.emit(spec, "")

    def _edited(self, spec: Spec, path: str) -> None:
        self._value = spec
        if self.preview is not None:
            attempt(self.preview.set_spec, spec)
        self.committed.emit(spec, path)

    def display(self, value: Any) -> None:
        spec = value if isinstance(value, Spec) else None
        self.combo.show_type(None if spec is None else type(spec).__name__)
        self._show_form(spec if spec is not None and spec.fields() else None)
        if self.preview is not None:
            attempt(self.preview.set_spec, spec)
        self.show_body()

    def show_body(self) -> None:
        """Hide the part below the row where there is nothing in it."""
        if self.body is not None:
            self.body.setVisible(self.form is not None or (self.preview is not None and self.preview.wanted))

    def _show_form(self, spec: Spec | None) -> None:
        if spec is None:
            if self.form is not None:
                self.form.hide()
                self.form.deleteLater()
                self.form = None
            return
        if self.form is None:
            self.form = SpecForm(spec, self.body, self.name, self.label_indent + INDENT)
            self.form.edited.connect(self._edited)
            self.form.fix_requested.connect(self.fix_requested)
            self._layout.insertWidget(0, self.form)
            self.form.show()
        else:
            self.form.set_spec(spec)

    def set_problems(self, problems: dict[str, list[Problem]]) -> None:
        if self.form is not None:
            self.form.set_problems(problems)

    def set_run(self, rate: Any, epochs: Any, steps: int) -> None:
        if self.preview is not None:
            attempt(self.preview.set_run, rate, epochs, steps)
            self.show_body()

    def nested(self, path: str) -> Editor:
        if self.form is None:
            raise KeyError(path)
        return self.form.editor(path)

    def finish(self) -> None:
        if self.form is not None:
            self.form.finish()
