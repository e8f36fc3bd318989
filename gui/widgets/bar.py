"""A panel's row of controls, low enough for a small dock."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gui.widgets.labels import LineLabel

HEIGHT = 28


class Bar(QWidget):
    """Widgets side by side; `note` is a line of text, `stretch` pushes the rest to the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(6, 2, 6, 2)
        self.row.setSpacing(5)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add(self, widget: QWidget, tip: str = "", name: str = "") -> QWidget:
        if tip:
            widget.setToolTip(tip)
        if name:
            widget.setObjectName(name)
            widget.setAccessibleName(name.replace("_", " "))
        self.row.addWidget(widget)
        return widget

    def note(self) -> QLabel:
        """A muted line that takes the room there is and ends in an ellipsis where it must."""
        label = LineLabel("muted")
        self.row.addWidget(label, 1)
        return label

    def stretch(self) -> None:
        self.row.addStretch(1)


class KeyButton(QToolButton):
    """A tool button that Enter presses too: Space belongs to the run."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def choice(*entries: tuple[str, str]) -> QComboBox:
    """A combo box of (text, data) that takes no more room than it must."""
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumContentsLength(1)
    box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    for text, data in entries:
        box.addItem(text, data)
    return box


def toggle(text: str, checked: bool = False) -> QToolButton:
    """A button that stays pressed."""
    button = KeyButton()
    button.setText(text)
    button.setCheckable(True)
    button.setChecked(checked)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
