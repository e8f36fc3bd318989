"""Editors of text: words, lists of whole numbers, files and folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QLineEdit, QToolButton, QWidget

from vitrine.core.fields import Field
from vitrine.gui.forms.editor import Editor, TextKeys


class TextEditor(Editor):
    """One line of text; no text is None where the field is optional."""

    kinds = ("str",)

    def __init__(self, field: Field, name: str, parent: QWidget | None = None) -> None:
        super().__init__(field, name, parent)
        self.line = QLineEdit(self)
        self.line.setMinimumWidth(64)
        if field.optional:
            self.line.setPlaceholderText("none")
        self.hold(self.line, *self.buttons())
        TextKeys(self.line, self)
        self.line.editingFinished.connect(self.finish)

    def buttons(self) -> list[QWidget]:
        return []

    def parse(self, text: str) -> Any:
        return None if self.field.optional and not text else text

    def format(self, value: Any) -> str:
        return "" if value is None else str(value)

    def finish(self) -> None:
        value = self.parse(self.line.text())
        if self.line.text() != self.format(value):
            self.line.setText(self.format(value))
        self.commit(value)

    def display(self, value: Any) -> None:
        self.line.setText(self.format(value))
        self.line.setCursorPosition(0)


class IntsEditor(TextEditor):
    """Whole numbers with commas between: "28, 28, 1". What is no such list stays as it was typed, and is reported."""

    kinds = ("ints",)

    def parse(self, text: str) -> Any:
        parts = [p for p in re.split(r"[,;×x\s()]+", text.strip()) if p]
        if not parts:
            return None if self.field.optional else ()
        try:
            return tuple(int(p) for p in parts)
        except ValueError:
            return text

    def format(self, value: Any) -> str:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else super().format(value)


class TextsEditor(TextEditor):
    """Texts with commas between."""

    kinds = ("strs",)

    def parse(self, text: str) -> Any:
        parts = tuple(p.strip() for p in text.split(",") if p.strip())
        return None if self.field.optional and not parts else parts

    def format(self, value: Any) -> str:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else super().format(value)


class PathEditor(TextEditor):
    """A file's or folder's path, typed or chosen in a dialog. A field whose name speaks of a folder asks for one."""

    kinds = ("path",)

    def buttons(self) -> list[QWidget]:
        self.browse_button = QToolButton(self)
        self.browse_button.setText("Browse…")
        self.browse_button.clicked.connect(self.browse)
        return [self.browse_button]

    def browse(self) -> None:
        chosen = choose_path(self, self.field, self.value)
        if chosen:
            self.line.setText(chosen)
            self.finish()


def wants_folder(field: Field) -> bool:
    words = f"{field.name} {field.label}".lower()
    return any(word in words for word in ("folder", "directory", "dir"))


def choose_path(parent: QWidget, field: Field, current: Any) -> str:
    """Ask for the field's file or folder; "" if the person changed their mind."""
    start = str(Path(current).expanduser()) if isinstance(current, str) and current else str(Path.home())
    if wants_folder(field):
        return QFileDialog.getExistingDirectory(parent, f"Choose folder: {field.label}", start)
    return QFileDialog.getOpenFileName(parent, f"Choose file: {field.label}", start)[0]
