"""Page through more than fits: first to last of how many."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vitrine.gui.widgets.glyph_button import GlyphButton
from vitrine.gui.widgets.labels import FittingLabel


class Pager(QWidget):
    """changed: the first item of the page. Hidden while everything fits."""

    changed = Signal(int)

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = what
        self.start, self.page, self.total = 0, 1, 0
        self.back = GlyphButton("back", "page_back", "Page back (Page Up)")
        self.next = GlyphButton("next", "page_next", "Next page (Page Down)")
        self.label = FittingLabel("muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.label, 1000)  # as wide as its text before anything is left to the gap
        row.addWidget(self.next)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.next.clicked.connect(lambda: self.turn(1))
        self._show()

    def set_range(self, start: int, size: int, total: int) -> None:
        """What is shown now, without a signal."""
        if (start, size, total) != (self.start, self.page, self.total):
            self.start, self.page, self.total = start, size, total
            self._show()

    def turn(self, pages: int) -> None:
        start = self.start + pages * self.page
        if 0 <= start < self.total or (pages < 0 and self.start > 0):
            self.start = max(0, start)
            self._show()
            self.changed.emit(self.start)

    def _show(self) -> None:
        last = min(self.start + self.page, self.total)
        if self.total:
            part = f"{self.start + 1:,}\N{EN DASH}{last:,}"
            self.label.set_texts(f"{part} of {self.total:,}", part)
        else:
            self.label.set_texts("")
        self.back.setEnabled(self.start > 0)
        self.next.setEnabled(last < self.total)
        self.back.setVisible(self.total > self.page)
        self.next.setVisible(self.total > self.page)
