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

# What the list of keys says about them, as the user knows them.
HELP: tuple[tuple[str, str], ...] = (
    ("Next and previous layer", "Tab, Shift+Tab"), ("Layer along the connections", "Arrows"), ("First and last layer", "Home, End"),
    ("Settings of the layer", "Enter"), ("Rename", "F2"), ("Delete", "Del, Backspace"),
    ("Cut, copy, paste", "Ctrl+X, Ctrl+C, Ctrl+V"), ("Duplicate", "Ctrl+D"), ("Select all", "Ctrl+A"), ("Select nothing, give up", "Esc"),
    ("Connect to another layer", "C, arrows, Enter"), ("Carry out the first remedy", "Ctrl+Enter"),
    ("Move the layer", "Ctrl+Arrows"), ("Move it farther", "Ctrl+Shift+Arrows"), ("Arrange", "Ctrl+L"),
    ("Pan", "Shift+Arrows"), ("Fit the network", "F, Ctrl+0"), ("Zoom in, zoom out", "+, −"), ("Zoom to 100 %", "Ctrl+1"),
    ("Menu of the layer", "Shift+F10"),
)  # fmt: skip

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
