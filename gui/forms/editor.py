"""What an editor is: the widget for one declared field. Subclasses register for the kinds they name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from core.errors import SpecError
from core.fields import Field

EDITORS: dict[str, type[Editor]] = {}


class Editor(QWidget):
    """Shows a value and hands over another once the person is done with it (Enter, focus leaves, a choice is made).

    `committed` carries the value and the path below this field of what was changed in it ("" for the value itself).
    `set_value` never emits, and leaves the text alone while the value is the one already shown.
    """

    committed = Signal(object, str)
    fix_requested = Signal(object)

    kinds: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for kind in cls.kinds:
            EDITORS[kind] = cls

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

    def set_invalid(self, invalid: bool) -> None:
        if bool(self.input.property("invalid")) != invalid:
            self.input.setProperty("invalid", invalid)
            self.input.style().unpolish(self.input)
            self.input.style().polish(self.input)


def same(a: Any, b: Any) -> bool:
    """Equal and of one type: True is not 1 here."""
    return type(a) is type(b) and bool(a == b)


def make_editor(field: Field, name: str, parent: QWidget | None = None) -> Editor:
    """The editor for the field's kind. Raises SpecError where no module of this package has one."""
    if field.kind not in EDITORS:
        _load()
    if field.kind not in EDITORS:
        raise SpecError(f"{field.label} is of kind {field.kind!r}, for which there is no editor", field.name)
    return EDITORS[field.kind](field, name, parent)


def _load() -> None:
    """Import every module of this package, so that a new file with an editor is enough."""
    import gui.forms as package

    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)


class TextKeys(QObject):
    """Key manners of a text field: Escape gives the old text back, undo is the document's once nothing is typed."""

    def __init__(self, edit: QLineEdit, editor: Any) -> None:
        super().__init__(edit)
        self._edit, self._editor = edit, editor
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
            self._editor.display(self._editor.value)
            self._edit.selectAll()
            return True
        return False
