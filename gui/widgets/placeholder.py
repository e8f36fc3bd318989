"""A view that says in words why it is empty and what to do, until there is something to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget


class Placeholder(QStackedWidget):
    """`content`, or a text in its place. While something stands in the way (`hinder`), that is told instead of the text."""

    def __init__(self, content: QWidget, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content, self.said, self._hindrance = content, text, ""
        page = QWidget(self)
        self.label = QLabel(text, page)
        self.label.setProperty("role", "muted")
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        self.label.setMargin(12)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)
        self.addWidget(page)
        self.addWidget(content)

    def say(self, text: str) -> None:
        """Show this text in place of the content."""
        self.said = text
        self._show_words()
        self.setCurrentIndex(0)

    def hinder(self, words: str) -> None:
        """What the text promises can't be yet, for this reason; "" once it can."""
        self._hindrance = words
        self._show_words()

    def _show_words(self) -> None:
        text = self.said and (self._hindrance or self.said)
        if self.label.text() != text:
            self.label.setText(text)

    def show_content(self) -> None:
        if self.currentIndex() != 1:
            self.setCurrentIndex(1)

    @property
    def text(self) -> str:
        """What is said now; empty while the content shows."""
        return self.label.text() if self.currentIndex() == 0 else ""
