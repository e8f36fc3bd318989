"""Problems in words, one below the other, each with the buttons that mend it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from vitrine.core.network.analysis import Problem
from vitrine.gui.widgets.clearing import clear


class ProblemList(QWidget):
    """Hidden while there is nothing to say. `fix_requested` carries the `Fix` of the pressed button."""

    fix_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problems: tuple[Problem, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 2)
        self._layout.setSpacing(3)
        self.hide()

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Show these. Widgets stay while the words are the same; the remedies are always the latest."""
        old, self.problems = self.problems, tuple(problems)
        if _words(old) != _words(self.problems):
            self._build()
        self.setVisible(bool(self.problems))

    def texts(self) -> list[str]:
        return [p.message for p in self.problems]

    def _build(self) -> None:
        clear(self._layout)
        for row, problem in enumerate(self.problems):
            label = QLabel(sentence(problem.message), self)
            label.setProperty("role", "warning" if problem.severity == "warning" else "error")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._layout.addWidget(label)
            for index, fix in enumerate(problem.fixes):
                button = QPushButton(fix.title, self)
                button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
                button.clicked.connect(lambda _checked=False, r=row, i=index: self._press(r, i))
                self._layout.addWidget(button)

    def _press(self, row: int, index: int) -> None:
        self.fix_requested.emit(self.problems[row].fixes[index])


def _words(problems: Sequence[Problem]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(p.message, p.severity, tuple(f.title for f in p.fixes)) for p in problems]


def sentence(text: str) -> str:
    """With a capital letter at the start, unless a name stands there (a file, a layer)."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+[ ,:;]", text) else text
