"""What is wrong with a layer and how to mend it, painted under its card."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from vitrine.core.network.analysis import Fix, Problem
from vitrine.gui.canvas.items import metrics as m
from vitrine.gui.canvas.items.kinds import readable_on
from vitrine.gui.look import theme
from vitrine.gui.state.placing import HEIGHT, WIDTH

GAP, PAD, ICON = 5.0, 7.0, 15.0
MOST_BUTTONS = 2


@dataclass(frozen=True)
class Measure:
    """Sizes of text, lines and buttons, and how many lines there may be."""

    text: int
    line: float
    button: float
    most_lines: int


NEAR, FAR = Measure(12, 16.0, 26.0, 4), Measure(15, 19.0, 32.0, 3)
TAB = QRectF(WIDTH - 22.0, HEIGHT - 22.0, 14.0, 14.0)  # on the card: what is left of a strip that has no room


@dataclass(frozen=True)
class Title:
    """What a button says, and in which letters."""

    text: str
    size: int
    bold: bool = True


class ProblemStrip:
    """Text and buttons of a card's problems; false where there are none.

    room: how far it may reach below the card. Where that is little, words go first, then buttons; with none at all
    a mark on the card remains. What is left out stands in the tooltip, the inspector and the Diagnosis panel.
    """

    def __init__(self, problems: tuple[Problem, ...], far: bool = False, room: float = math.inf) -> None:
        self.problems, self.room = problems, room
        self.measure = FAR if far else NEAR
        self.rect = QRectF()
        self.lines: list[str] = []
        self.fixes: list[Fix] = [fix for problem in problems for fix in problem.fixes][:MOST_BUTTONS]
        self.buttons: list[QRectF] = []
        if problems:
            self._lay_out()

    def __bool__(self) -> bool:
        return bool(self.problems)

    def _lay_out(self) -> None:
        size, words = self.measure, self._words()
        fitting = ((n, k) for n, k in self._choices(len(words)) if GAP + self._height(n, k) <= self.room)
        lines, buttons = next(fitting, (0, 0))
        if not lines:
            return
        self.lines = words if lines == len(words) else self._words(lines)
        top = HEIGHT + GAP
        y = top + PAD + lines * size.line
        for _fix in self.fixes[:buttons]:
            self.buttons.append(QRectF(PAD, y + 4, WIDTH - 2 * PAD, size.button))
            y += size.button + 4
        self.rect = QRectF(0, top, WIDTH, y + PAD - top)
        self.titles = [self._fit_title(fix.title) for fix in self.fixes[:buttons]]

    def _words(self, most: int | None = None) -> list[str]:
        """Lines of text, at most that many where a number is given."""
        first, size, more = self.problems[0], self.measure, len(self.problems) - 1
        if most == 1:
            more = 0
        text = first.message[:1].upper() + first.message[1:]
        lines = min(size.most_lines, size.most_lines if most is None else most - (more > 0))
        found = m.wrap(text, WIDTH - 2 * PAD - ICON - 3, size.text, lines)
        return [*found, f"and {more} more"] if more else found

    def _choices(self, lines: int) -> Iterator[tuple[int, int]]:
        """Numbers of lines and buttons, the best first: the first remedy is worth more than all words but the first ones."""
        for buttons in range(len(self.fixes), -1, -1):
            fewest = min(lines, 2 if buttons > 1 else 1)
            yield from ((n, buttons) for n in range(lines, fewest - 1, -1))

    def _height(self, lines: int, buttons: int) -> float:
        return 2 * PAD + lines * self.measure.line + buttons * (self.measure.button + 4)

    def _fit_title(self, title: str) -> Title:
        """The button's text and the largest letters in which all of it can be read."""
        width = WIDTH - 2 * PAD - 6
        tried = [(size, True) for size in range(self.measure.text, 10, -1)] + [(11, False)]
        size, bold = next((t for t in tried if m.font_metrics(*t).horizontalAdvance(title) <= width), (11, False))
        return Title(m.elide(title, width, size, bold), size, bold)

    @property
    def color(self) -> QColor:
        return theme.color("error" if any(p.severity == "error" for p in self.problems) else "warning")

    def part_at(self, point: QPointF) -> str | None:
        for at, button in enumerate(self.buttons):
            if button.contains(point):
                return f"fix:{at}"
        return "problem" if self.rect.contains(point) else None

    @staticmethod
    def reach(problems: tuple[Problem, ...]) -> float:
        """Where it would end with all the room it wants, from near or afar."""
        return max(ProblemStrip(problems, far).rect.bottom() for far in (False, True))

    def paint(self, painter: QPainter, hovered: str | None) -> None:
        ink, size = self.color, self.measure
        if self.rect.isEmpty():
            self._paint_icon(painter, TAB.center(), ink)
            return
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(self.rect, m.RADIUS, m.RADIUS)
        self._paint_icon(painter, QPointF(PAD + ICON / 2 - 1, self.rect.top() + PAD + size.line / 2), ink)
        painter.setFont(m.font(size.text))
        painter.setPen(theme.color("text"))
        for at, line in enumerate(self.lines):
            rect = QRectF(PAD + ICON + 2, self.rect.top() + PAD + at * size.line, WIDTH - 2 * PAD - ICON, size.line)
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
        for at, (button, title) in enumerate(zip(self.buttons, self.titles)):
            hot = hovered == f"fix:{at}"
            ground = theme.color("accent" if at == 0 or hot else "raised")
            painter.setBrush(ground.lighter(112) if hot else ground)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRoundedRect(button, 4, 4)
            painter.setPen(readable_on(ground))
            painter.setFont(m.font(title.size, title.bold))
            painter.drawText(button, Qt.AlignmentFlag.AlignCenter, title.text)

    def _paint_icon(self, painter: QPainter, center: QPointF, ink: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(center, 6, 6)
        painter.setPen(readable_on(ink))
        painter.setFont(m.font(10, True))
        painter.drawText(QRectF(center.x() - 6, center.y() - 6, 12, 12), Qt.AlignmentFlag.AlignCenter, "!")
