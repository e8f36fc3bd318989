"""Which key does what on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

# Key to the name of a method of Canvas; Space, Ctrl+Z and so on belong to the window.
KEYS: dict[str, str] = {
    "Del": "delete", "Backspace": "delete",
    "Ctrl+A": "select_all", "Ctrl+C": "copy", "Ctrl+X": "cut", "Ctrl+V": "paste", "Ctrl+D": "duplicate",
    "F2": "rename", "Return": "edit", "Enter": "edit", "Ctrl+Return": "fix_first", "Esc": "escape",
    "C": "connect_from", "Ctrl+L": "arrange", "Shift+F10": "open_menu", "Menu": "open_menu",
    "F": "fit", "Ctrl+0": "fit", "Ctrl+1": "zoom_reset",
    "+": "zoom_in", "Shift++": "zoom_in", "=": "zoom_in", "Ctrl++": "zoom_in", "Ctrl+Shift++": "zoom_in", "Ctrl+=": "zoom_in",
    "-": "zoom_out", "Ctrl+-": "zoom_out",
    "Tab": "next_card", "Shift+Tab": "previous_card", "Shift+Backtab": "previous_card", "Backtab": "previous_card",
    "Home": "first_card", "End": "last_card",
}  # fmt: skip

DIRECTIONS = {
    Qt.Key.Key_Left: ("left", -1, 0),
    Qt.Key.Key_Right: ("right", 1, 0),
    Qt.Key.Key_Up: ("up", 0, -1),
    Qt.Key.Key_Down: ("down", 0, 1),
}


def name_of(event: QKeyEvent) -> str:
    """The key as KEYS spells it, the number pad's keys like the others."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))).toString(QKeySequence.SequenceFormat.PortableText)


def action_of(event: QKeyEvent) -> str | None:
    return KEYS.get(name_of(event))


def is_ours(event: QKeyEvent) -> bool:
    return event.key() in DIRECTIONS or action_of(event) is not None
