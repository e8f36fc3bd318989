"""What the inspector's pages share: scrolling down only, headings, figures in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from vitrine.core.network.analysis import Analysis, Problem
from vitrine.gui.widgets.labels import text_label

MARGIN = 10
Part = TypeVar("Part", bound=QWidget)


class Page(QScrollArea):
    """A column of widgets as wide as the dock."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = QWidget(self)
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.column.setSpacing(6)
        self.setWidget(self.content)
        self.content.setAutoFillBackground(False)

    def add(self, widget: Part) -> Part:
        self.column.addWidget(widget)
        return widget

    def add_rule(self) -> None:
        """A thin line."""
        line = QFrame(self.content)
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Plain)
        line.setFixedHeight(1)
        line.setObjectName("separator")
        self.column.addSpacing(2)
        self.column.addWidget(line)

    def add_section(self, text: str) -> QLabel:
        """A heading below a thin line."""
        self.add_rule()
        heading = text_label(text, "section")
        self.column.addWidget(heading)
        return heading


def shape_text(shape: tuple[int, ...] | None) -> str:
    """28 × 28 × 1; "not known yet" without a shape."""
    if shape is None:
        return "not known yet"
    return " × ".join(f"{n:,}" for n in shape) or "1"


def parameter_text(analysis: Analysis, node_id: str) -> str:
    """The sum with its terms: "64 × 10 + 10 = 650"."""
    if node_id not in analysis.params:
        return "not known yet" if node_id not in analysis.shapes else "0"
    arrays = analysis.params[node_id].values()
    total = f"{sum(p.size for p in arrays):,}"
    terms = " + ".join(" × ".join(f"{n:,}" for n in p.shape) or "1" for p in arrays)
    return f"{terms} = {total}" if terms and terms != total else total


def by_field(problems: Iterable[Problem], fields: Iterable[str]) -> tuple[dict[str, list[Problem]], list[Problem]]:
    """Problems of the named fields (a dotted path counts as its first part's), and all others."""
    known = set(fields)
    bound: dict[str, list[Problem]] = {}
    rest: list[Problem] = []
    for problem in problems:
        if problem.field is not None and problem.field.partition(".")[0] in known:
            bound.setdefault(problem.field, []).append(problem)
        else:
            rest.append(problem)
    return bound, rest
