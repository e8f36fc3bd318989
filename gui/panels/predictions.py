"""What the network takes examples for, beside what they are; mistakes or one kind of them alone if wished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.probes.base import Probe
from core.probes.predictions import Predictions
from gui.panels.base import Panel
from gui.widgets.bar import Bar, KeyButton, choice, toggle
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
        bar.row.addWidget(self.pager, 1)
        self.note.hide()
        self.chip = KeyButton()
        self.chip.setProperty("role", "chip")
        self.chip_bar = Bar()
        self.chip_bar.add(self.chip, "Only these examples are shown; press to show all again", "pair_filter")
        self.chip_bar.stretch()
        self.chip_bar.hide()
        self.cards = PredictionCards()
        self.body = Placeholder(self.cards, EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.chip_bar)
        layout.addWidget(self.body, 1)
        session.prepared.connect(lambda _history: self._prepared())
        settle_split(self.split, session.data)
        self.split.currentIndexChanged.connect(self._restart)
        self.mistakes.toggled.connect(self._restart)
        self.chip.clicked.connect(lambda: session.select_pair(None))
        session.pair_changed.connect(self._pair_changed)
        self.document.loaded.connect(lambda: session.select_pair(None))
        self.pager.changed.connect(self._page)
        self.cards.chosen.connect(lambda row: session.select_sample(self.split.currentData(), row))
        session.sample_changed.connect(lambda *_: self._highlight())

    def _prepared(self) -> None:
        settle_split(self.split, self.session.data)
        pair = self.session.pair
        if pair is not None and max(pair[1:]) >= len(self._classes):  # another task: there are no such classes
            self.session.select_pair(None)

    @property
    def _classes(self) -> tuple[str, ...]:
        info = getattr(self.session.data, "info", None)
        return tuple(info.class_names) if info is not None and info.task == "classification" else ()

    @property
    def _pair(self) -> tuple[int, int]:
        """True and predicted class to show, -1 for any."""
        pair = self.session.pair
        return (-1, -1) if pair is None else pair[1:]

    def _pair_changed(self, pair: tuple[str, int, int] | None) -> None:
        self.chip_bar.setVisible(pair is not None)
        self.mistakes.setEnabled(pair is None)
        if pair is not None:
            split, true, taken = pair
            self.chip.setText(f"{self._classes[true]} taken for {self._classes[taken]}  \N{MULTIPLICATION X}")
            self.mistakes.setChecked(False)
            self.split.setCurrentIndex(self.split.findData(split))
            self.wanted.emit()
        self._restart()

    def _restart(self) -> None:
        self._page(0)

    def _page(self, start: int) -> None:
        self._start = start
        self.request_changed.emit()

    # live
    def request(self) -> Probe | None:
        true, taken = self._pair
        return Predictions(
            split=self.split.currentData(), start=self._start, count=min(200, self.cards.capacity), only_mistakes=self.mistakes.isChecked(),
            true=true, taken_for=taken,
        )  # fmt: skip

    def draw(self, payload: dict[str, Any], frame: Frame) -> None:
        asked = (payload.get("split"), payload.get("only_mistakes"), payload.get("true"), payload.get("taken_for"))
        if asked != (self.split.currentData(), self.mistakes.isChecked(), *self._pair):
            return
        classes = self._classes
        self.mistakes.setVisible(bool(classes))
        if not payload["total"]:
            self._nothing(payload)
            return
        self._start = payload["start"]
        self.pager.set_range(self._start, self.cards.capacity, payload["total"])
        self._say_note(payload)
        self._highlight()
        self.cards.show_payload(payload, classes, tuple(getattr(self.session.data.info, "feature_names", ())))
        self.body.show_content()

    def _highlight(self) -> None:
        split, index = self.session.sample
        self.cards.set_current(index if split == self.split.currentData() else None)

    def _nothing(self, payload: dict[str, Any]) -> None:
        self.pager.set_range(0, 1, 0)
        self._note("")
        split = self.split.currentData()
        if payload.get("seen") and payload["true"] >= 0:
            true, taken = (self._classes[k] for k in self._pair)
            self.body.say(f"None of {payload['seen']:,} {split} examples is a {true} that is taken for {taken} now.")
        elif payload.get("seen"):
            self.body.say(f"No mistakes among {payload['seen']:,} {split} examples.")
        else:
            self.body.say(f"The {split} part is empty: give it a share in the data's split, or choose another part.")

    def _say_note(self, payload: dict[str, Any]) -> None:
        text = ""
        if payload["only_mistakes"]:
            text = f"{payload['total']:,} wrong of {payload['seen']:,}"
        elif payload["true"] >= 0:
            text = f"{payload['total']:,} of {payload['seen']:,}"
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
