"""Which classes the network confuses; for a regression, how far off it is."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QStackedWidget, QWidget

from vitrine.core.probes.base import Probe
from vitrine.core.probes.confusion import ConfusionAnswer, ConfusionMatrix
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.confusion.matrix_view import MatrixView
from vitrine.gui.panels.confusion.residual_view import ResidualView
from vitrine.gui.widgets.bar import Bar, choice
from vitrine.gui.widgets.charts.axes import value_text
from vitrine.gui.widgets.placeholder import Placeholder
from vitrine.gui.widgets.sample_chooser import SPLIT_TIP, SPLITS, settle_split

EMPTY = "Which classes are taken for which shows here as soon as the network is ready. Press Space to train."


class ConfusionPanel(Panel[ConfusionAnswer]):
    """Counts with precision and recall a class, renewed at every evaluation."""

    id: ClassVar[str] = "confusion"
    title: ClassVar[str] = "Confusion matrix"
    rank: ClassVar[int] = 50
    behind: ClassVar[str] = "predictions"
    tip: ClassVar[str] = "How many examples of each class are taken for which, with precision and recall; click a cell to see its examples"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.split = choice(*SPLITS)
        self.split.setCurrentIndex(1)
        bar = Bar(self)
        bar.add(self.split, SPLIT_TIP, "split")
        self.note = bar.note()
        self.matrix, self.residuals = MatrixView(), ResidualView()
        self.views = QStackedWidget()
        self.views.addWidget(self.matrix)
        self.views.addWidget(self.residuals)
        self.body = Placeholder(self.views, EMPTY, self)
        self.lay_out(bar, self.body)
        self.matrix.chosen.connect(lambda true, taken: self.focus.select_pair((self.split.currentData(), true, taken)))
        self.focus.pair_changed.connect(lambda _pair: self._highlight())
        self.split.currentIndexChanged.connect(lambda _index: self._split_changed())

    def prepared(self) -> None:
        settle_split(self.split, self.data)

    def _split_changed(self) -> None:
        self._highlight()
        self.request_changed.emit()

    def _highlight(self) -> None:
        pair = self.focus.pair
        self.matrix.set_current(pair[1:] if pair is not None and pair[0] == self.split.currentData() else None)

    def request(self) -> Probe[ConfusionAnswer] | None:
        return ConfusionMatrix(split=self.split.currentData())

    def draw(self, answer: ConfusionAnswer) -> None:
        if answer.split != self.split.currentData():
            return
        if answer.counts is not None:
            self.matrix.show_counts(answer.counts)
            self.views.setCurrentWidget(self.matrix)
        elif answer.residuals is not None:
            self.residuals.show_residuals(answer.residuals)
            self.views.setCurrentWidget(self.residuals)
        else:
            self.note.setText("")
            self.body.say(f"The {answer.split} part is empty: give it a share in the data's split, or choose another part.")
            return
        text = _summary(answer)
        if self.note.text() != text:
            self.note.setText(text)
        self.body.show_content()

    def clear(self) -> None:
        self.note.setText("")
        self.matrix.clear()
        self.residuals.clear()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.matrix.retheme()
        self.residuals.retheme()


def _summary(answer: ConfusionAnswer) -> str:
    parts = []
    if answer.counts is not None:
        parts.append(f"accuracy {answer.counts.accuracy * 100:.1f} %")
    if answer.residuals is not None:
        parts.append(f"RMSE {value_text(answer.residuals.rmse)}")
    seen = f"{answer.seen:,}" if answer.seen == answer.total else f"the first {answer.seen:,} of {answer.total:,}"
    parts.append(f"{seen} example{'' if answer.total == 1 else 's'}")
    return " \N{MIDDLE DOT} ".join([*parts, f"step {answer.step:,}"])
