"""What an editor is: the widget for one declared field. Subclasses register for the kinds they name."""

from __future__ import annotations

import weakref
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from vitrine.core.errors import SpecError, shown
from vitrine.core.fields import Field
from vitrine.core.network.analysis import Problem
from vitrine.core.registry import Registry
from vitrine.gui.forms.guard import make


class Editor(QWidget):
    """Shows a value and hands over another once the person is done with it (Enter, focus leaves, a choice is made).

    `committed` carries the value and the path below this field of what was changed in it ("" for the value itself).
    `set_value` never emits, and leaves the text alone while the value is the one already shown.
    """

    committed = Signal(object, str)
    fix_requested = Signal(object)

    registry: ClassVar[Registry[Editor]] = Registry("editor")
    kinds: ClassVar[tuple[str, ...]] = ()
    rank: ClassVar[int] = 100

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.kinds:
            Editor.registry.add(cls)

    @classmethod
    def prove(cls) -> None:
        """Raises TypeError where a contributed editor does not say what it edits."""
        if not isinstance(cls.kinds, tuple) or not all(isinstance(kind, str) for kind in cls.kinds):
            raise TypeError(f"kinds must be texts, not {shown(cls.kinds)}")

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.name = name  # dotted, unique in the outermost form
        self.body: QWidget | None = None  # what stands below the row, over its whole width
        self.input: QWidget = self
        self._value: Any = ...

    def hold(self, widget: QWidget, *others: QWidget) -> None:
        """Make `widget` the one that takes the keys, with `others` to its right."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(widget, 1)
        for other in others:
            layout.addWidget(other)
        widget.setObjectName(self.name)
        widget.setAccessibleName(self.field.label)
        self.input = widget
        self.setFocusProxy(widget)

    @property
    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        if not same(value, self._value):
            self._value = value
            self.display(value)

    def forget(self) -> None:
        """It will be used for another thing: nothing is known of the one before."""
        self._value = ...

    def commit(self, value: Any, path: str = "") -> None:
        """The person has chosen `value`."""
        if not same(value, self._value):
            self._value = value
            self.committed.emit(value, path)

    def display(self, value: Any) -> None:
        """Show `value` without emitting."""
        raise NotImplementedError(type(self).__name__)

    def finish(self) -> None:
        """Commit what is typed but not yet handed over."""

    # where the value has fields of its own; editors of plain values have nothing to do here
    label_indent = 0  # how far the form that this editor stands in is indented itself

    def set_problems(self, problems: dict[str, list[Problem]]) -> None:
        """Problems of the nested fields, by path below this field."""

    def set_run(self, rate: Any, epochs: Any, steps: int) -> None:
        """The run that the value is for: learning rate, epochs, steps an epoch."""

    def nested(self, path: str) -> Editor:
        """The editor of a nested field by its dotted path. Raises KeyError where there is none."""
        raise KeyError(path)

    def set_invalid(self, invalid: bool) -> None:
        if bool(self.input.property("invalid")) != invalid:
            self.input.setProperty("invalid", invalid)
            self.input.style().unpolish(self.input)
            self.input.style().polish(self.input)


def same(a: Any, b: Any) -> bool:
    """Equal and of one type: True is not 1 here."""
    return type(a) is type(b) and bool(a == b)


def make_editor(field: Field, name: str, parent: QWidget | None = None) -> Editor:
    """The editor for the field's kind: the first that can be made. Raises SpecError where no module of this package has one."""
    for kind in Editor.registry:
        if field.kind in kind.kinds:
            made = make(Editor.registry, kind, field, name, parent=parent)
            if made is not None:
                return made
    raise SpecError(f"{field.label} is of kind {field.kind!r}, for which there is no editor", field.name)


class TextKeys(QObject):
    """Key manners of a text field: Escape gives the old text back, undo is the document's once nothing is typed."""

    def __init__(self, edit: QLineEdit, editor: Any) -> None:
        super().__init__(edit)
        self._edit, self._editor = edit, weakref.ref(editor)
        edit.installEventFilter(self)
        proxy = edit.focusProxy()
        if proxy is not None:  # a spin box or combo box takes its line's keys and hands them on directly
            proxy.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            undo = event.matches(QKeySequence.StandardKey.Undo) and not self._edit.isUndoAvailable()
            redo = event.matches(QKeySequence.StandardKey.Redo) and not self._edit.isRedoAvailable()
            if undo or redo:
                event.ignore()
                return True
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            editor = self._editor()
            if editor is not None:
                editor.display(editor.value)
                self._edit.selectAll()
            return True
        return False
