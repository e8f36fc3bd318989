"""A word by the cursor while something is being drawn, dragged or named."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from vitrine.gui.look import theme


class HintLabel(QLabel):
    """A line of text by the cursor that the mouse can't touch."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ground = parent
        self.setObjectName("connect_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def say(self, text: str, tone: str, at: QPoint, below: int = 18) -> None:
        """Show the text in the tone's colour ("good", "warning", "error" or "") near a point of the parent."""
        colors = theme.current()
        ink = {"error": colors.error, "warning": colors.warning, "good": colors.good}.get(tone, colors.muted)
        self.setStyleSheet(
            f"background: {colors.raised}; color: {ink}; border: 1px solid {ink}; border-radius: 4px; padding: 4px 7px; font-weight: 600;"
        )
        self.setWordWrap(False)
        self.setText(text)
        self.setMinimumWidth(0)
        if self.sizeHint().width() > 320:
            self.setWordWrap(True)
            self.setMinimumWidth(320)
        self.setMaximumWidth(320)
        self.adjustSize()
        room = self.ground.rect()
        x = min(max(at.x() + 16, 4), room.width() - self.width() - 4)
        y = at.y() + below if at.y() + below + 4 + self.height() < room.height() else at.y() - self.height() - 12
        self.move(x, y)
        self.show()
        self.raise_()
