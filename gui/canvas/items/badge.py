"""The badge of a card whose layer the run is found to have something wrong with."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from vitrine.core.training.events import Diagnosis
from vitrine.gui.canvas.items import metrics as m
from vitrine.gui.canvas.items.kinds import readable_on
from vitrine.gui.look import theme


def paint_diagnoses(painter: QPainter, place: QRectF, diagnoses: Sequence[Diagnosis]) -> None:
    """A disc of the severity's color with an exclamation mark, or their number where there are more than one."""
    ground = theme.color("error" if any(d.severity == "error" for d in diagnoses) else "warning")
    painter.setPen(QPen(theme.color("surface"), 2))
    painter.setBrush(ground)
    painter.drawEllipse(place)
    painter.setPen(readable_on(ground))
    painter.setFont(m.font(round(0.65 * place.height()), True))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "!" if len(diagnoses) == 1 else str(len(diagnoses)))


def words_of(diagnoses: Sequence[Diagnosis]) -> str:
    """What the badge stands for, as rich text."""
    rows = [f"<b>{escape(found.message)}</b><br>{escape(found.remedy)}" for found in diagnoses]
    return "<div style='max-width:340px'>" + "<br>".join(rows) + "</div>"
