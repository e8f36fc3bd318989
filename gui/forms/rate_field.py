"""The learning rate in the toolbar."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from vitrine.gui.forms.editor import TextKeys
from vitrine.gui.forms.number import format_number
from vitrine.gui.state.session import Session


class RateField(QLineEdit):
    """Enter hands over what is typed, Escape takes it back; up and down go to the next of 1, 3, 10, 30, … Space stays the window's."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setObjectName("learning_rate")
        self.setFixedWidth(84)
        self.setToolTip("Size of a step; may be changed while training. Up and down: factors of about three.")
        self.editingFinished.connect(self.finish)
        TextKeys(self, self)

    @property
    def value(self) -> Any:
        """What the form holds, empty or not."""
        return self.session.document.experiment.optimizer.learning_rate

    def display(self, value: Any) -> None:
        """Show it, with nothing typed that undo could take back."""
        self.setText(format_number(value))
        self.setCursorPosition(0)  # of a number too long for it, the begin
        self.setModified(False)

    def refresh(self) -> None:
        """Follow the experiment, unless somebody is typing."""
        if not self.hasFocus() or not self.isModified():
            self.display(self.value)

    def finish(self) -> None:
        """Hand over what is typed."""
        if self.isModified():
            self._take(self.text())
            self.display(self.value)
            if self.hasFocus():
                self.selectAll()

    def _take(self, text: str) -> None:
        try:
            rate = float(text.replace(",", "."))
        except ValueError:
            rate = math.nan
        field = self.session.document.experiment.optimizer.field("learning_rate")
        problem = "must be a number such as 0.01" if math.isnan(rate) else field.problem(rate)
        if problem:
            self.session.message.emit("warning", f"Learning rate {problem}. It stays at {format_number(self.value)}.")
        else:
            self.session.set_learning_rate(rate)

    def _nudge(self, direction: int) -> None:
        value = self.value
        if not isinstance(value, int | float) or not math.isfinite(value):
            return
        ladder = [m * 10.0**e for e in range(-9, 4) for m in (1, 3)]
        larger = [v for v in ladder if v > value * 1.0001]
        smaller = [v for v in ladder if v < value * 0.9999]
        found = larger[:1] if direction > 0 else smaller[-1:]
        if found:
            self.setModified(False)
            self.session.set_learning_rate(float(f"{found[0]:g}"))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.ignore()  # nobody wants a blank in a number
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._nudge(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)
