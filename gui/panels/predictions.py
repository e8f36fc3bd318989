"""What the network takes examples for, beside what they are; mistakes alone if wished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.probes.base import Probe
from core.probes.predictions import Predictions
from gui.panels.base import Panel
from gui.widgets.bar import Bar, choice, toggle
from gui.widgets.pager import Pager
from gui.widgets.placeholder import Placeholder
from gui.widgets.prediction_cards import PredictionCards
from gui.widgets.sample_chooser import SPLIT_TIP, SPLITS, settle_split

if TYPE_CHECKING:
    from core.events import Frame
    from gui.session import Session

EMPTY = "Examples with what the network takes them for show here as soon as it is ready. Press Space to train."


class PredictionsPanel(Panel):
    """Cards of examples, by pages; a click chooses the example that all views show."""

    id: ClassVar[str] = "predictions"
    title: ClassVar[str] = "Predictions"
    rank: ClassVar[int] = 40
    tip: ClassVar[str] = "Examples with their true and predicted class and the probabilities; click one to see it in the feature maps"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._start = 0
        self.split = choice(*SPLITS)
        self.split.setCurrentIndex(1)
        self.mistakes = toggle("Mistakes")
        self.pager = Pager("examples")
        bar = Bar()
        bar.add(self.split, SPLIT_TIP, "split")
        bar.add(self.mistakes, "Show only what the network gets wrong", "only_mistakes")
        self.note = bar.note()
        bar.stretch()
        bar.add(self.pager)
        self.note.hide()
        self.cards = PredictionCards()
        self.body = Placeholder(self.cards, EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.body, 1)
        session.prepared.connect(lambda _history: settle_split(self.split, self.session.data))
        settle_split(self.split, session.data)
        self.split.currentIndexChanged.connect(self._restart)
        self.mistakes.toggled.connect(self._restart)
        self.pager.changed.connect(self._page)
        self.cards.chosen.connect(lambda row: session.select_sample(self.split.currentData(), row))
        session.sample_changed.connect(lambda *_: self._highlight())

    def _restart(self) -> None:
        self._page(0)

    def _page(self, start: int) -> None:
        self._start = start
        self.request_changed.emit()

    # live
    def request(self) -> Probe | None:
        return Predictions(
            split=self.split.currentData(), start=self._start, count=min(200, self.cards.capacity), only_mistakes=self.mistakes.isChecked()
        )

    def draw(self, payload: dict[str, Any], frame: Frame) -> None:
        if payload.get("split") != self.split.currentData() or payload.get("only_mistakes") != self.mistakes.isChecked():
            return
        info = self.session.data.info
        classes = tuple(info.class_names) if info.task == "classification" else ()
        self.mistakes.setVisible(bool(classes))
        if not payload["total"]:
            self._nothing(payload)
            return
        self._start = payload["start"]
        self.pager.set_range(self._start, self.cards.capacity, payload["total"])
        self._say_note(payload)
        self._highlight()
        self.cards.show_payload(payload, classes, tuple(getattr(info, "feature_names", ())))
        self.body.show_content()

    def _highlight(self) -> None:
        split, index = self.session.sample
        self.cards.set_current(index if split == self.split.currentData() else None)

    def _nothing(self, payload: dict[str, Any]) -> None:
        self.pager.set_range(0, 1, 0)
        self._note("")
        split = self.split.currentData()
        if payload.get("seen"):
            self.body.say(f"No mistakes among {payload['seen']:,} {split} examples.")
        else:
            self.body.say(f"The {split} part is empty: give it a share in the data's split, or choose another part.")

    def _say_note(self, payload: dict[str, Any]) -> None:
        text = ""
        if payload["only_mistakes"]:
            text = f"{payload['total']:,} wrong of {payload['seen']:,}"
        self._note(text)

    def _note(self, text: str) -> None:
        if self.note.text() != text:
            self.note.setText(text)
        self.note.setVisible(bool(text))  # its place is needed in a narrow dock

    def clear(self) -> None:
        self._start = 0
        self.cards.clear()
        self._note("")
        self.pager.set_range(0, 1, 0)
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.cards.retheme()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turn = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if turn is not None:
            self.pager.turn(turn)
        elif event.key() == Qt.Key.Key_Home:
            self._page(0)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.request_changed.emit()
