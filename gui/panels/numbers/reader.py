"""Where somebody reads in a text that is written anew while they do."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QTextEdit


class Spot(NamedTuple):
    """A place in the text that outlasts its numbers: the section, and how far below its head, in pixels or characters."""

    section: str
    beyond: int


class Reading(NamedTuple):
    """What somebody has before them: the line at the top, the column at the left, and what is marked."""

    top: Spot
    left: int
    begin: Spot
    end: Spot


class Reader:
    """Finds the sections of `text`, whose heads begin with a named anchor. It keeps nothing of them: a block of a text that was
    written anew is memory that is no longer there."""

    def __init__(self, text: QTextEdit) -> None:
        self.text = text

    def _heads(self) -> dict[str, QTextBlock]:
        found: dict[str, QTextBlock] = {}
        block = self.text.document().begin()
        while block.isValid():
            first = block.begin()
            names = [] if first.atEnd() else first.fragment().charFormat().anchorNames()
            if names:
                found[names[0]] = block
            block = block.next()
        return found

    def top_of(self, section: str) -> int:
        """In pixels from the text's begin."""
        return self._tops().get(section, 0)

    def place(self) -> Reading:
        """Where one reads now."""
        cursor, starts = self.text.textCursor(), self._starts()
        top = _spot(self.text.verticalScrollBar().value(), self._tops())
        return Reading(top, self.text.horizontalScrollBar().value(), _spot(cursor.anchor(), starts), _spot(cursor.position(), starts))

    def read_on(self, reading: Reading) -> None:
        """Bring that place back."""
        cursor, starts, last = self.text.textCursor(), self._starts(), self.text.document().characterCount() - 1
        for spot, mode in ((reading.begin, QTextCursor.MoveMode.MoveAnchor), (reading.end, QTextCursor.MoveMode.KeepAnchor)):
            cursor.setPosition(min(starts.get(spot.section, 0) + spot.beyond, last), mode)
        self.text.setTextCursor(cursor)
        self.text.verticalScrollBar().setValue(self.top_of(reading.top.section) + reading.top.beyond)
        self.text.horizontalScrollBar().setValue(reading.left)

    def _tops(self) -> dict[str, int]:
        layout = self.text.document().documentLayout()
        return {name: round(layout.blockBoundingRect(block).top()) for name, block in self._heads().items()}

    def _starts(self) -> dict[str, int]:
        return {name: block.position() for name, block in self._heads().items()}


def _spot(at: int, heads: dict[str, int]) -> Spot:
    """Where it is, from the last head before it."""
    head, name = max(((head, name) for name, head in heads.items() if head <= at), default=(0, ""))
    return Spot(name, at - head)
