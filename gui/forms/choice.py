"""Editors of choices: yes or no, one of several, a number or one of several."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QStyle, QStyleOptionComboBox, QWidget

from vitrine.core.fields import Field
from vitrine.gui.forms.editor import Editor, TextKeys
from vitrine.gui.forms.number import format_number, parse_number

NONE = "None"


class CalmCombo(QComboBox):
    """A combo box that heeds the wheel only while it has the focus, and is no wider than it must be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(7)
        self.setMaxVisibleItems(24)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As ever, but with an ellipsis where the text is wider than the box."""
        if self.isEditable():
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style = self.style()
        room = style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self)
        option.currentText = option.fontMetrics.elidedText(option.currentText, Qt.TextElideMode.ElideRight, room.width() - 2)
        with QPainter(self) as painter:
            style.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            style.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        edit = self.lineEdit()
        if self.hasFocus() or (edit is not None and edit.hasFocus()):
            super().wheelEvent(event)
        else:
            event.ignore()


class BoolEditor(Editor):
    """A box to tick."""

    kinds = ("bool",)

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(field, name, parent)
        self.box = QCheckBox(self)
        self.box.setTristate(field.optional)
        self.hold(self.box)
        self.box.clicked.connect(self._clicked)

    def _clicked(self) -> None:
        state = self.box.checkState()
        self.commit(None if state == Qt.CheckState.PartiallyChecked else state == Qt.CheckState.Checked)

    def display(self, value: Any) -> None:
        if value is None and self.field.optional:
            self.box.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self.box.setCheckState(Qt.CheckState.Checked if value is True else Qt.CheckState.Unchecked)


class ChoiceEditor(Editor):
    """One of the field's choices. A stored value that is none of them is shown as it is."""

    kinds = ("choice",)

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(field, name, parent)
        self.combo = CalmCombo(self)
        if field.optional:
            self.combo.addItem(NONE, None)
        for choice in field.choices:
            self.combo.addItem(choice, choice)
        self.hold(self.combo)
        self.combo.activated.connect(lambda index: self.commit(self.combo.itemData(index)))

    def display(self, value: Any) -> None:
        index = self.combo.findData(value)
        self.combo.setCurrentIndex(index)
        self.combo.setPlaceholderText("" if index >= 0 else str(value))


class NumberOrChoiceEditor(Editor):
    """A number to type, or one of the field's words from the list."""

    kinds = ("int_or_choice",)

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(field, name, parent)
        self.combo = CalmCombo(self)
        self.line = QLineEdit(self.combo)
        self.combo.setLineEdit(self.line)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.addItems([*([NONE] if field.optional else []), *field.choices])
        self.hold(self.combo)
        self.line.setPlaceholderText(f"a number or {' or '.join(field.choices)}")
        TextKeys(self.line, self)
        self.line.editingFinished.connect(self.finish)
        self.combo.activated.connect(lambda _index: self.finish())

    def finish(self) -> None:
        text = self.combo.currentText().strip()
        if self.field.optional and text in ("", NONE):
            self.commit(None)
            return
        word = next((c for c in self.field.choices if c.lower() == text.lower()), None)
        value = word if word is not None else parse_number(text, "int")
        if word is not None or not isinstance(value, str):
            self.display(value)
        self.commit(value)

    def display(self, value: Any) -> None:
        text = format_number(value) if value is not None or not self.field.optional else NONE
        if self.combo.currentText() != text or self.line.isModified():
            self.combo.setEditText(text)
