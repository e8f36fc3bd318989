"""One example followed with all its numbers: forward, error, back, and every gradient checked by trying."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from vitrine.core.probes.base import Probe
from vitrine.core.probes.step_numbers import StepNumbers, StepNumbersAnswer
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.numbers.number_sheet import NumberSheet
from vitrine.gui.widgets.bar import Bar, choice
from vitrine.gui.widgets.layer_chooser import LayerChooser
from vitrine.gui.widgets.placeholder import Placeholder
from vitrine.gui.widgets.sample_chooser import SampleChooser

EMPTY = "All numbers of one example show here as soon as the network is ready. Press B for one step and follow each of them."
AMOUNTS = (("h = 0.000001", 1e-6), ("h = 0.001", 1e-3), ("h = 0.1", 0.1))
AMOUNT_TIP = "What is added to a weight, and taken off it, to see how the loss changes"


class NumbersPanel(Panel[StepNumbersAnswer]):
    """A sheet of numbers for the example that all views show, and the weights of one layer."""

    id: ClassVar[str] = "numbers"
    title: ClassVar[str] = "Numbers"
    rank: ClassVar[int] = 70
    behind: ClassVar[str] = "predictions"
    tip: ClassVar[str] = "One example through the network and back with every number; gradients by the chain rule and by trying"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.chooser = LayerChooser(self.document, lambda node_id: bool(self.document.analysis.param_count(node_id)), lambda ids: ids[0])
        self.amount = choice(elastic=True)
        for text, value in AMOUNTS:
            self.amount.addItem(text, value)
        self.sample = SampleChooser()
        self.sample.choose(*self.focus.sample)
        bar = Bar(self)
        bar.add(self.chooser)
        bar.add(self.amount, AMOUNT_TIP, "amount")
        bar.stretch()
        bar.add(self.sample)
        self.sheet = NumberSheet()
        self.body = Placeholder(self.sheet, EMPTY, self)
        self.lay_out(bar, self.body)
        self.chooser.chosen.connect(self.sheet.jump_to_gradients)
        self.chooser.changed.connect(lambda _layer: self.request_changed.emit())
        self.amount.currentIndexChanged.connect(lambda _index: self.request_changed.emit())
        self.sample.changed.connect(self.focus.select_sample)
        self.focus.sample_changed.connect(self._sample_changed)

    def prepared(self) -> None:
        self.sample.set_data(self.data)
        self.sample.choose(*self.focus.sample)

    def _sample_changed(self, split: str, index: int) -> None:
        self.sample.choose(split, index)
        self.request_changed.emit()

    # live
    def request(self) -> Probe[StepNumbersAnswer] | None:
        return StepNumbers(node=self.chooser.layer, sample=self.sample.index, split=self.sample.split, amount=self.amount.currentData())

    def draw_nothing(self) -> None:
        self.body.say(f"The {self.sample.split} part is empty: choose another part of the data.")

    def draw(self, answer: StepNumbersAnswer) -> None:
        if answer.node != self.chooser.layer:
            return
        info = self.info
        self.sheet.classes = tuple(info.class_names) if info is not None else ()
        self.sheet.show_answer(answer)
        self.body.show_content()

    def clear(self) -> None:
        self.sheet.clear_answer()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.sheet.retheme()
