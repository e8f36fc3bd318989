"""What is wrong with the run, in words, with where it shows and how to mend it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.events import Diagnosis, Recovered
from gui.panels.base import Panel
from gui.widgets.clearing import clear
from gui.widgets.diagnosis_row import DiagnosisRow
from gui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from gui.session import Session

EMPTY = "Nothing wrong seen so far."
MOST = 60  # rows; the oldest go first


class DiagnosisPanel(Panel):
    """The run's diagnoses, the latest on top; a click on one selects its layer."""

    id: ClassVar[str] = "diagnosis"
    title: ClassVar[str] = "Diagnosis"
    rank: ClassVar[int] = 70
    behind: ClassVar[str] = "curves"
    tip: ClassVar[str] = "What is wrong with the run, in which layer, and what to do about it"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        content = QWidget()
        self.list = QVBoxLayout(content)
        self.list.setContentsMargins(0, 2, 0, 0)
        self.list.setSpacing(0)
        self.list.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        self.body = Placeholder(area, EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)
        session.diagnosis.connect(self._add)
        session.recovered.connect(self._end)
        for diagnosis in session.standing.values():
            self._add(diagnosis)

    def rows(self) -> list[DiagnosisRow]:
        """The latest first."""
        items = (self.list.itemAt(i) for i in range(self.list.count()))
        return [row for item in items if item is not None and isinstance(row := item.widget(), DiagnosisRow)]

    def _add(self, diagnosis: Diagnosis) -> None:
        row = DiagnosisRow(diagnosis)
        row.activated.connect(partial(self._select, diagnosis.node))
        self.list.insertWidget(0, row)
        for old in self.rows()[MOST:]:
            self.list.removeWidget(old)
            old.deleteLater()
        self.body.show_content()

    def _end(self, recovered: Recovered) -> None:
        for row in self.rows():
            if row.over is None and (row.diagnosis.kind, row.diagnosis.node) == (recovered.kind, recovered.node):
                row.end(recovered.step)

    def _select(self, node: str | None) -> None:
        if node and node in self.document.graph:
            self.document.select([node])

    def clear(self) -> None:
        clear(self.list)
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        for row in self.rows():
            row.update()
