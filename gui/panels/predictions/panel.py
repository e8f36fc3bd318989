"""What the network takes examples for, beside what they are; mistakes or one kind of them alone if wished."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from vitrine.core.probes.base import Probe
from vitrine.core.probes.predictions import Predictions, PredictionsAnswer
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.predictions.prediction_cards import PredictionCards
from vitrine.gui.widgets.bar import Bar, KeyButton, choice, toggle
from vitrine.gui.widgets.pager import Pager
from vitrine.gui.widgets.placeholder import Placeholder
from vitrine.gui.widgets.sample_chooser import SPLIT_TIP, SPLITS, settle_split

EMPTY = "Examples with what the network takes them for show here as soon as it is ready. Press Space to train."


class PredictionsPanel(Panel[PredictionsAnswer]):
    """Cards of examples, by pages; a click chooses the example that all views show."""

    id: ClassVar[str] = "predictions"
    title: ClassVar[str] = "Predictions"
    rank: ClassVar[int] = 40
    tip: ClassVar[str] = "Examples with their true and predicted class and the probabilities; click one to see it in the feature maps"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._start = 0
        self.split = choice(*SPLITS)
        self.split.setCurrentIndex(1)
        self.mistakes = toggle("Mistakes")
        self.pager = Pager("examples")
        bar = Bar(self)
        bar.add(self.split, SPLIT_TIP, "split")
        bar.add(self.mistakes, "Show only what the network gets wrong", "only_mistakes")
        self.note = bar.note()
        bar.row.addWidget(self.pager, 1)
        self.note.hide()
        self.chip = KeyButton()
        self.chip.setProperty("role", "chip")
        self.chip_bar = Bar(self)
        self.chip_bar.add(self.chip, "Only these examples are shown; press to show all again", "pair_filter")
        self.chip_bar.stretch()
        self.chip_bar.hide()
        self.cards = PredictionCards()
        self.body = Placeholder(self.cards, EMPTY, self)
        self.lay_out(bar, self.chip_bar, self.body)
        self.split.currentIndexChanged.connect(self._restart)
        self.mistakes.toggled.connect(self._restart)
        self.chip.clicked.connect(lambda: self.focus.select_pair(None))
        self.focus.pair_changed.connect(self._pair_changed)
        self.document.loaded.connect(lambda: self.focus.select_pair(None))
        self.pager.changed.connect(self._page)
        self.cards.chosen.connect(lambda row: self.focus.select_sample(self.split.currentData(), row))
        self.focus.sample_changed.connect(lambda *_: self._highlight())

    def prepared(self) -> None:
        settle_split(self.split, self.data)
        pair = self.focus.pair
        if pair is not None and max(pair[1:]) >= len(self._classes):  # another task: there are no such classes
            self.focus.select_pair(None)

    @property
    def _classes(self) -> tuple[str, ...]:
        info = self.info
        return tuple(info.task.class_names(info)) if info is not None else ()

    @property
    def _pair(self) -> tuple[int, int]:
        """True and predicted class to show, -1 for any."""
        pair = self.focus.pair
        return (-1, -1) if pair is None else pair[1:]

    def _pair_changed(self, pair: tuple[str, int, int] | None) -> None:
        self.chip_bar.setVisible(pair is not None)
        self.mistakes.setEnabled(pair is None)
        if pair is not None:
            split, true, taken = pair
            # A click on what is still shown of other data, while the new ones are on their way, may name a class they have not.
            names = dict(enumerate(self._classes))
            self.chip.setText(f"{names.get(true, true)} taken for {names.get(taken, taken)}  \N{MULTIPLICATION X}")
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
    def request(self) -> Probe[PredictionsAnswer] | None:
        true, taken = self._pair
        return Predictions(
            split=self.split.currentData(), start=self._start, count=min(200, self.cards.capacity), only_mistakes=self.mistakes.isChecked(),
            true=true, taken_for=taken,
        )  # fmt: skip

    def draw(self, answer: PredictionsAnswer) -> None:
        if (answer.split, answer.only_mistakes, answer.true, answer.taken_for) != (
            self.split.currentData(),
            self.mistakes.isChecked(),
            *self._pair,
        ):
            return
        classes = self._classes
        self.mistakes.setVisible(bool(classes))
        if answer.examples is None:
            self._nothing(answer)
            return
        self._start = answer.start
        self.pager.set_range(self._start, self.cards.capacity, answer.total)
        self._say_note(answer)
        self._highlight()
        self.cards.show_examples(answer.examples, answer.split, classes, self.info.feature_names if self.info is not None else ())
        self.body.show_content()

    def _highlight(self) -> None:
        split, index = self.focus.sample
        self.cards.set_current(index if split == self.split.currentData() else None)

    def _nothing(self, answer: PredictionsAnswer) -> None:
        self.pager.set_range(0, 1, 0)
        self._note("")
        split = self.split.currentData()
        if answer.seen and answer.true >= 0:
            true, taken = (self._classes[k] for k in self._pair)
            self.body.say(f"None of {answer.seen:,} {split} examples is a {true} that is taken for {taken} now.")
        elif answer.seen:
            self.body.say(f"No mistakes among {answer.seen:,} {split} examples.")
        else:
            self.body.say(f"The {split} part is empty: give it a share in the data's split, or choose another part.")

    def _say_note(self, answer: PredictionsAnswer) -> None:
        text = ""
        if answer.only_mistakes:
            text = f"{answer.total:,} wrong of {answer.seen:,}"
        elif answer.true >= 0:
            text = f"{answer.total:,} of {answer.seen:,}"
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
