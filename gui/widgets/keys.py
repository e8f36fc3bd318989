"""Keys that a focused control needs although the window has a shortcut on them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox


def keep_keys(event: QEvent) -> bool:
    """Whether the event is such a key, which is then kept from the window: Space on a button, letters in a list.

    To be called from `event` of a widget around the controls: Qt asks it after the control itself.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    focus = QApplication.focusWidget()
    space = event.key() == Qt.Key.Key_Space and isinstance(focus, (QAbstractButton, QComboBox))
    letter = bool(event.text().strip()) and isinstance(focus, (QComboBox, QAbstractItemView))
    if plain and (space or letter):
        event.accept()
        return True
    return False
