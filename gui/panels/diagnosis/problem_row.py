"""What keeps the network from starting, or what is better done otherwise before it does, as a row with its remedies as buttons."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from vitrine.core.network.analysis import Problem
from vitrine.gui.panels.diagnosis.row import Row
from vitrine.gui.widgets.problem_list import sentence

HEADS = {"error": "keeps it from starting", "warning": "advice"}


class ProblemRow(Row):
    """`fix_requested` carries the `Fix` of the pressed button."""

    fix_requested = Signal(object)

    def __init__(self, problem: Problem, remedy: str = "", head: str = "", parent: QWidget | None = None) -> None:
        super().__init__(f"{sentence(problem.message).rstrip('.')}.", remedy, problem.severity, problem.node, parent)
        self.problem = problem
        self.buttons = [QPushButton(fix.title, self) for fix in problem.fixes]
        for index, button in enumerate(self.buttons):
            self.column.addSpacing(3)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self._press, index))
            self.column.addWidget(button)
        self.set_head(*([problem.node] if problem.node else []), head or HEADS.get(problem.severity, HEADS["warning"]))

    def _press(self, index: int, _checked: bool = False) -> None:
        self.fix_requested.emit(self.problem.fixes[index])
