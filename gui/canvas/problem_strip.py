"""What is wrong with a layer and how to mend it, painted under its card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.analysis import Fix, Problem
from gui import theme
from gui.canvas import metrics as m
from gui.canvas.kinds import readable_on

GAP, PAD, LINE, BUTTON, SIZE = 5.0, 7.0, 16.0, 26.0, 12
MOST_LINES, MOST_BUTTONS = 4, 2
ICON = 15.0


class ProblemStrip:
    """Text and buttons of a card's problems; false where there are none."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.rect = QRectF()
        self.lines: list[str] = []
        self.fixes: list[Fix] = []
        self.buttons: list[QRectF] = []
        if problems:
            self._lay_out()

    def __bool__(self) -> bool:
        return bool(self.problems)

    def _lay_out(self) -> None:
        first = self.problems[0]
        more = len(self.problems) - 1
        text = first.message[:1].upper() + first.message[1:]
        self.lines = m.wrap(text, m.WIDTH - 2 * PAD - ICON - 3, SIZE, MOST_LINES)
        if more:
            self.lines.append(f"and {more} more")
        self.fixes = [fix for problem in self.problems for fix in problem.fixes][:MOST_BUTTONS]
        top = m.HEIGHT + GAP
        y = top + PAD + len(self.lines) * LINE
        for _fix in self.fixes:
            self.buttons.append(QRectF(PAD, y + 4, m.WIDTH - 2 * PAD, BUTTON))
            y += BUTTON + 4
        self.rect = QRectF(0, top, m.WIDTH, y + PAD - top)
        self.titles = [m.elide(fix.title, m.WIDTH - 2 * PAD - 10, SIZE, True) for fix in self.fixes]

    @property
    def color(self) -> QColor:
        return theme.color("error" if any(p.severity == "error" for p in self.problems) else "warning")

    def part_at(self, point: QPointF) -> str | None:
        for at, button in enumerate(self.buttons):
            if button.contains(point):
                return f"fix:{at}"
        return "problem" if self.rect.contains(point) else None

    def paint(self, painter: QPainter, hovered: str | None) -> None:
        ink = self.color
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(self.rect, m.RADIUS, m.RADIUS)
        self._paint_icon(painter, QPointF(PAD + ICON / 2 - 1, self.rect.top() + PAD + LINE / 2), ink)
        painter.setFont(m.font(SIZE))
        painter.setPen(theme.color("text"))
        for at, line in enumerate(self.lines):
            rect = QRectF(PAD + ICON + 2, self.rect.top() + PAD + at * LINE, m.WIDTH - 2 * PAD - ICON, LINE)
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
        for at, (button, title) in enumerate(zip(self.buttons, self.titles)):
            hot = hovered == f"fix:{at}"
            ground = theme.color("accent" if at == 0 or hot else "raised")
            painter.setBrush(ground.lighter(112) if hot else ground)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRoundedRect(button, 4, 4)
            painter.setPen(readable_on(ground))
            painter.setFont(m.font(SIZE, True))
            painter.drawText(button, Qt.AlignmentFlag.AlignCenter, title)

    def _paint_icon(self, painter: QPainter, center: QPointF, ink: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(center, 6, 6)
        painter.setPen(readable_on(ink))
        painter.setFont(m.font(10, True))
        painter.drawText(QRectF(center.x() - 6, center.y() - 6, 12, 12), Qt.AlignmentFlag.AlignCenter, "!")
