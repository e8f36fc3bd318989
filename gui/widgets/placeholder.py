"""A view that says in words why it is empty and what to do, until there is something to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget


class Placeholder(QStackedWidget):
    """`content`, or a text in its place."""

    def __init__(self, content: QWidget, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.label = QLabel(text)
        self.label.setProperty("role", "muted")
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        self.label.setMargin(12)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)
        self.addWidget(page)
        self.addWidget(content)

    def say(self, text: str) -> None:
        """Show this text in place of the content."""
        if self.label.text() != text:
            self.label.setText(text)
        self.setCurrentIndex(0)

    def show_content(self) -> None:
        if self.currentIndex() != 1:
            self.setCurrentIndex(1)

    @property
    def text(self) -> str:
        """What is said now; empty while the content shows."""
        return self.label.text() if self.currentIndex() == 0 else ""
