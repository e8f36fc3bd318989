"""Which classes the network confuses; for a regression, how far off it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from core.probes.base import Probe
from core.probes.confusion import ConfusionMatrix
from gui.panels.base import Panel
from gui.widgets.axes import value_text
from gui.widgets.bar import Bar, choice
from gui.widgets.matrix_view import MatrixView
from gui.widgets.placeholder import Placeholder
from gui.widgets.residual_view import ResidualView
from gui.widgets.sample_chooser import SPLIT_TIP, SPLITS, settle_split

if TYPE_CHECKING:
    from core.events import Frame
    from gui.session import Session

EMPTY = "Which classes are taken for which shows here as soon as the network is ready. Press Space to train."


class ConfusionPanel(Panel):
    """Counts with precision and recall a class, renewed at every evaluation."""

    id: ClassVar[str] = "confusion"
    title: ClassVar[str] = "Confusion matrix"
    rank: ClassVar[int] = 50
    behind: ClassVar[str] = "predictions"
    tip: ClassVar[str] = "How many examples of each class are taken for which, with precision and recall; click a cell to see its examples"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.split = choice(*SPLITS)
        self.split.setCurrentIndex(1)
        bar = Bar()
        bar.add(self.split, SPLIT_TIP, "split")
        self.note = bar.note()
        self.matrix, self.residuals = MatrixView(), ResidualView()
        self.views = QStackedWidget()
        self.views.addWidget(self.matrix)
        self.views.addWidget(self.residuals)
        self.body = Placeholder(self.views, EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.body, 1)
        self.matrix.chosen.connect(lambda true, taken: session.select_pair((self.split.currentData(), true, taken)))
        session.pair_changed.connect(lambda _pair: self._highlight())
        session.prepared.connect(lambda _history: settle_split(self.split, self.session.data))
        settle_split(self.split, session.data)
        self.split.currentIndexChanged.connect(lambda _index: self._split_changed())

    def _split_changed(self) -> None:
        self._highlight()
        self.request_changed.emit()

    def _highlight(self) -> None:
        pair = self.session.pair
        self.matrix.set_current(pair[1:] if pair is not None and pair[0] == self.split.currentData() else None)

    def request(self) -> Probe | None:
        return ConfusionMatrix(split=self.split.currentData())

    def draw(self, payload: dict[str, Any], frame: Frame) -> None:
        if payload.get("split") != self.split.currentData():
            return
        if not payload["seen"]:
            self.note.setText("")
            self.body.say(f"The {self.split.currentData()} part is empty: give it a share in the data's split, or choose another part.")
            return
        text = self._summary(payload)
        if self.note.text() != text:
            self.note.setText(text)
        view = self.matrix if "counts" in payload else self.residuals
        view.show_payload(payload)
        self.views.setCurrentWidget(view)
        self.body.show_content()

    def _summary(self, payload: dict[str, Any]) -> str:
        seen, total = payload["seen"], payload["total"]
        amount = f"{seen:,} examples" if seen == total else f"the first {seen:,} of {total:,} examples"
        if "counts" in payload:
            head = f"accuracy {payload['accuracy'] * 100:.1f} %"
        else:
            head = f"RMSE {value_text(payload['rmse'])}"
        return f"{head} \N{MIDDLE DOT} {amount} \N{MIDDLE DOT} step {payload['step']:,}"

    def clear(self) -> None:
        self.note.setText("")
        self.matrix.clear()
        self.residuals.clear()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.matrix.retheme()
        self.residuals.retheme()
