"""What is wrong with the run, in words, with where it shows and how to mend it; and what keeps it from starting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Never

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from vitrine.core.network.analysis import Problem
from vitrine.core.training.events import Diagnosis, Recovered
from vitrine.core.training.watch import FIRST_LOOK
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.diagnosis.diagnosis_row import DiagnosisRow
from vitrine.gui.panels.diagnosis.problem_row import ProblemRow
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.widgets.clearing import clear
from vitrine.gui.widgets.placeholder import Placeholder

EMPTY = "Nothing wrong seen so far."
NOT_YET = f"Not looked at yet: the first look comes after {FIRST_LOOK} steps."
STATES = {
    "preparing": "Not looked at yet: the data are being prepared and the first weights drawn.",
    "ready": "Not looked at yet: it has made no step. Press Space to train.",
    "blocked": "Not looked at: there is no run. Press Space to prepare one.",
}
UNWATCHED = "Nothing is looked for: switch on “Diagnose” in the training form."
BROKEN = "Space goes on from the last weights, R starts over."
ABSENT = "The Data panel has a chooser for it, and for other data."
UNPREPARED = "Mend it, then press Space to try again."
MOST = 60  # rows; the oldest go first


class DiagnosisPanel(Panel[Never]):
    """On top what keeps the run from starting, and advice on the network, each with its remedies; then the run's diagnoses, the
    latest first. A click on one selects its layer."""

    id: ClassVar[str] = "diagnosis"
    title: ClassVar[str] = "Diagnosis"
    rank: ClassVar[int] = 70
    behind: ClassVar[str] = "curves"
    awaits_run: ClassVar[bool] = False
    tip: ClassVar[str] = "What is wrong with the run, in which layer, and what to do about it"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        content = QWidget()
        column = QVBoxLayout(content)
        self.faults, self.list = QVBoxLayout(), QVBoxLayout()
        for part in (column, self.faults, self.list):
            part.setContentsMargins(0, 0, 0, 0)
            part.setSpacing(0)
        column.setContentsMargins(0, 2, 0, 0)
        column.addLayout(self.faults)
        column.addLayout(self.list)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        self.body = Placeholder(area, EMPTY, self)
        self.lay_out(self.body)
        self._shown: list[tuple[Problem, str, str]] = []
        self.document.analysis_changed.connect(self.refresh)
        self.refresh()

    def signals(self, run: LiveRun) -> list[tuple[SignalInstance, Callable[..., object]]]:
        news: list[tuple[SignalInstance, Callable[..., object]]] = [(run.diagnosis, self._add), (run.recovered, self._end)]
        return [*super().signals(run), *news, (run.state_changed, self.refresh), (run.ticked, self._say)]

    def show_run(self, run: LiveRun) -> None:
        super().show_run(run)
        self.refresh()

    def prepared(self) -> None:
        for diagnosis in self.run.standing.values() if self.run is not None else ():
            self._add(diagnosis)
        self.refresh()

    # what stands before the run
    def refresh(self, _state: str = "") -> None:
        """The document's problems or the run's state may be others. Rows stay while their words are the same."""
        before, self._shown = self._shown, self._problems()
        if _words(before) == _words(self._shown):
            for row, (problem, _, _) in zip(self.problem_rows(), self._shown, strict=True):
                row.problem = problem  # the latest remedies
        else:
            clear(self.faults)
            for problem, remedy, head in self._shown:
                row = ProblemRow(problem, remedy, head)
                row.activated.connect(partial(self._select, problem.node))
                row.fix_requested.connect(self.document.fix)
                self.faults.addWidget(row)
        self._say()

    def _problems(self) -> list[tuple[Problem, str, str]]:
        """Problems with a remedy in words, where no button has it, and a head of their own, if they have one."""
        found = [(Problem(self.document.info_error), ABSENT, "")] if self.document.info_error else []
        found += [(problem, "", "") for problem in self.document.analysis.urgent]
        failure = self.run.failure if self.run is not None else ""
        if failure and not any(problem.severity == "error" for problem, _, _ in found):
            broke = self.run is not None and self.run.state == "failed"
            found.insert(0, (Problem(failure), BROKEN if broke else UNPREPARED, "the training broke" if broke else ""))
        return found

    def _say(self) -> None:
        """Rows, or in their place in what state of affairs there are none."""
        if self._shown or self.list.count():
            self.body.show_content()
            return
        run = self.run
        if run is None or run.state in STATES:
            self.body.say(STATES[run.state if run is not None else "blocked"])
        elif not run.experiment.training.diagnose:
            self.body.say(UNWATCHED)
        else:
            self.body.say(EMPTY if run.step >= FIRST_LOOK else NOT_YET)

    def problem_rows(self) -> list[ProblemRow]:
        """What keeps it from starting, then advice."""
        items = (self.faults.itemAt(i) for i in range(self.faults.count()))
        return [row for item in items if item is not None and isinstance(row := item.widget(), ProblemRow)]

    # what the run is found to have
    def rows(self) -> list[DiagnosisRow]:
        """The latest first."""
        items = (self.list.itemAt(i) for i in range(self.list.count()))
        return [row for item in items if item is not None and isinstance(row := item.widget(), DiagnosisRow)]

    def _add(self, diagnosis: Diagnosis) -> None:
        row = DiagnosisRow(diagnosis, self._epoch_of(diagnosis.step))
        row.activated.connect(partial(self._select, diagnosis.node))
        self.list.insertWidget(0, row)
        for old in self.rows()[MOST:]:
            self.list.removeWidget(old)
            old.deleteLater()
        self._say()

    def _end(self, recovered: Recovered) -> None:
        for row in self.rows():
            if row.over is None and (row.diagnosis.kind, row.diagnosis.node) == (recovered.kind, recovered.node):
                row.end(recovered.step, self._epoch_of(recovered.step))

    def _epoch_of(self, step: int) -> int:
        history = self.run.history if self.run is not None else None
        return history.epoch_of(step) if history is not None else 1

    def _select(self, node: str | None) -> None:
        if node and node in self.document.graph:
            self.document.select([node])

    def clear(self) -> None:
        clear(self.list)
        self._say()

    def theme_changed(self) -> None:
        for row in (*self.problem_rows(), *self.rows()):
            row.update()


def _words(shown: list[tuple[Problem, str, str]]) -> list[tuple[object, ...]]:
    return [(p.message, p.node, p.severity, tuple(fix.title for fix in p.fixes), *more) for p, *more in shown]
