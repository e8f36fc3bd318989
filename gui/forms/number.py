"""Editors of numbers: typed, stepped with arrows or wheel, of any size."""

from __future__ import annotations

import math
import re
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy, QWidget

from vitrine.core.fields import Field
from vitrine.gui.forms.editor import Editor, TextKeys

_ALLOWED = {"int": re.compile(r"[-+0-9eE_, ]*"), "float": re.compile(r"[-+0-9eE._, ]*")}


def parse_number(text: str, kind: str) -> Any:
    """The number that `text` stands for, None for no text, or the text itself where it is no number."""
    text = text.strip().replace(" ", "")
    if not text:
        return None
    try:
        if kind == "float":
            return float(text.replace(",", ".") if "." not in text else text.replace(",", ""))
        text = text.replace(",", "")
        return int(text) if "e" not in text.lower() else _whole(float(text))
    except ValueError:
        return text


def _whole(number: float) -> Any:
    return int(number) if math.isfinite(number) and number == int(number) else number


def format_number(value: Any) -> str:
    """Short and exact: 0.001, 1e-05, 12."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def step_number(value: float, steps: int, field: Field) -> Any:
    """`value` moved by so many steps: by 1, 3, 10, 30, … on a logarithmic field, else evenly, within the field's range."""
    for _ in range(abs(steps)):
        moved = _log_step(value, steps > 0) if field.scale == "log" and value > 0 else _even_step(value, steps > 0, field)
        bounded = moved
        if field.minimum is not None:
            bounded = max(bounded, field.minimum)
        if field.maximum is not None:
            bounded = min(bounded, field.maximum)
        if field.exclusive and bounded == field.minimum:
            break
        value = bounded
    return int(round(value)) if field.kind != "float" else float(f"{value:.12g}")


def _log_step(value: float, up: bool) -> float:
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    ladder = [decade * 0.3, decade, decade * 3, decade * 10]
    if up:
        return next(v for v in ladder if v > value * (1 + 1e-9))
    return next(v for v in reversed(ladder) if v < value * (1 - 1e-9))


def _even_step(value: float, up: bool, field: Field) -> float:
    size = field.step
    if size is None and field.kind != "float":
        size = 1
    if size is None:
        size = 10.0 ** math.floor(math.log10(abs(value)) + 1e-9) if value else 0.1
    return value + size if up else value - size


class NumberBox(QAbstractSpinBox):
    """A spin box whose text may be any number, or none; it hands over only what is done."""

    finished = Signal(object)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._kind = "float" if field.kind == "float" else "int"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(64)
        self.lineEdit().setTextMargins(3, 0, 0, 0)
        if field.optional:
            self.lineEdit().setPlaceholderText("none")
        self.editingFinished.connect(self.finish)

    def finish(self) -> None:
        self.finished.emit(parse_number(self.text(), self._kind))

    def show_value(self, value: Any) -> None:
        self.lineEdit().setText(format_number(value))
        self.lineEdit().setCursorPosition(0)

    def validate(self, text: str, position: int) -> Any:
        fine = _ALLOWED[self._kind].fullmatch(text)
        return (QValidator.State.Acceptable if fine else QValidator.State.Invalid), text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled

    def stepBy(self, steps: int) -> None:
        value = parse_number(self.text(), self._kind)
        if value is None or isinstance(value, str) or not math.isfinite(value):
            value = self._start()
        else:
            value = step_number(value, steps, self._field)
        self.show_value(value)
        self.selectAll()
        self.finished.emit(value)

    def _start(self) -> Any:
        default = self._field.default
        if isinstance(default, (int, float)) and not isinstance(default, bool):
            return default
        low = self._field.minimum
        return (0 if low is None else low + 1 if self._field.exclusive else int(low)) if self._kind == "int" else float(low or 1.0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Space is the window's while all of the number is selected, after Enter say: nobody wants a blank in its place."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            line = self.lineEdit()
            if event.key() == Qt.Key.Key_Space and line.text() and line.selectedText() == line.text():
                event.ignore()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class NumberEditor(Editor):
    """A number, or none where the field is optional."""

    kinds = ("int", "float")

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(field, name, parent)
        self.box = NumberBox(field, self)
        self.hold(self.box)
        TextKeys(self.box.lineEdit(), self)
        self.box.finished.connect(self._finished)

    def _finished(self, value: Any) -> None:
        if not isinstance(value, str) and self.box.text() != format_number(value):
            self.box.show_value(value)
        self.commit(value)

    def display(self, value: Any) -> None:
        self.box.show_value(value)

    def finish(self) -> None:
        self.box.finish()
