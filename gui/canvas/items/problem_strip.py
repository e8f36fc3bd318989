"""What is wrong with a layer and how to mend it, painted under its card."""

from __future__ import annotations

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


class ProblemStrip:
    """Text and buttons of a card's problems; false where there are none."""

    def __init__(self, problems: tuple[Problem, ...], far: bool = False) -> None:
        self.problems = problems
        self.measure = FAR if far else NEAR
        self.rect = QRectF()
        self.lines: list[str] = []
        self.fixes: list[Fix] = []
        self.buttons: list[QRectF] = []
        if problems:
            self._lay_out()

    def __bool__(self) -> bool:
        return bool(self.problems)

    def _lay_out(self) -> None:
        first, size = self.problems[0], self.measure
        more = len(self.problems) - 1
        text = first.message[:1].upper() + first.message[1:]
        self.lines = m.wrap(text, WIDTH - 2 * PAD - ICON - 3, size.text, size.most_lines)
        if more:
            self.lines.append(f"and {more} more")
        self.fixes = [fix for problem in self.problems for fix in problem.fixes][:MOST_BUTTONS]
        top = HEIGHT + GAP
        y = top + PAD + len(self.lines) * size.line
        for _fix in self.fixes:
            self.buttons.append(QRectF(PAD, y + 4, WIDTH - 2 * PAD, size.button))
            y += size.button + 4
        self.rect = QRectF(0, top, WIDTH, y + PAD - top)
        self.titles = [self._fit_title(fix.title) for fix in self.fixes]

    def _fit_title(self, title: str) -> tuple[str, int]:
        """The button's text and the largest size in which all of it can be read."""
        width = WIDTH - 2 * PAD - 6
        sizes = [s for s in range(self.measure.text, 10, -1) if m.font_metrics(s, True).horizontalAdvance(title) <= width]
        size = sizes[0] if sizes else 11
        return m.elide(title, width, size, True), size

    @property
    def color(self) -> QColor:
        return theme.color("error" if any(p.severity == "error" for p in self.problems) else "warning")

    def part_at(self, point: QPointF) -> str | None:
        for at, button in enumerate(self.buttons):
            if button.contains(point):
                return f"fix:{at}"
        return "problem" if self.rect.contains(point) else None

    def paint(self, painter: QPainter, hovered: str | None) -> None:
        ink, size = self.color, self.measure
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(self.rect, m.RADIUS, m.RADIUS)
        self._paint_icon(painter, QPointF(PAD + ICON / 2 - 1, self.rect.top() + PAD + size.line / 2), ink)
        painter.setFont(m.font(size.text))
        painter.setPen(theme.color("text"))
        for at, line in enumerate(self.lines):
            rect = QRectF(PAD + ICON + 2, self.rect.top() + PAD + at * size.line, WIDTH - 2 * PAD - ICON, size.line)
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
        for at, (button, (title, letters)) in enumerate(zip(self.buttons, self.titles)):
            hot = hovered == f"fix:{at}"
            ground = theme.color("accent" if at == 0 or hot else "raised")
            painter.setBrush(ground.lighter(112) if hot else ground)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRoundedRect(button, 4, 4)
            painter.setPen(readable_on(ground))
            painter.setFont(m.font(letters, True))
            painter.drawText(button, Qt.AlignmentFlag.AlignCenter, title)

    def _paint_icon(self, painter: QPainter, center: QPointF, ink: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(center, 6, 6)
        painter.setPen(readable_on(ink))
        painter.setFont(m.font(10, True))
        painter.drawText(QRectF(center.x() - 6, center.y() - 6, 12, 12), Qt.AlignmentFlag.AlignCenter, "!")
