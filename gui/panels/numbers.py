"""One example followed with all its numbers: forward, error, back, and every gradient checked by trying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.probes.base import Probe
from core.probes.step_numbers import StepNumbers
from gui.panels.base import Panel
from gui.widgets.bar import Bar, choice
from gui.widgets.layer_chooser import LayerChooser
from gui.widgets.number_sheet import NumberSheet
from gui.widgets.placeholder import Placeholder
from gui.widgets.sample_chooser import SampleChooser

if TYPE_CHECKING:
    from core.events import Frame
    from gui.session import Session

EMPTY = "All numbers of one example show here as soon as the network is ready. Press B for one step and follow each of them."
AMOUNTS = (("h = 0.000001", 1e-6), ("h = 0.001", 1e-3), ("h = 0.1", 0.1))
AMOUNT_TIP = "What is added to a weight, and taken off it, to see how the loss changes"


class NumbersPanel(Panel):
    """A sheet of numbers for the example that all views show, and the weights of one layer."""

    id: ClassVar[str] = "numbers"
    title: ClassVar[str] = "Numbers"
    rank: ClassVar[int] = 70
    behind: ClassVar[str] = "predictions"
    tip: ClassVar[str] = "One example through the network and back with every number; gradients by the chain rule and by trying"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.chooser = LayerChooser(self.document, lambda node_id: bool(self.document.analysis.param_count(node_id)), lambda ids: ids[0])
        self.amount = choice(elastic=True)
        for text, value in AMOUNTS:
            self.amount.addItem(text, value)
        self.sample = SampleChooser()
        self.sample.set_data(session.data)
        self.sample.choose(*session.sample)
        self.sample.set_data(session.data)  # away from a part that is empty
        bar = Bar()
        bar.add(self.chooser)
        bar.add(self.amount, AMOUNT_TIP, "amount")
        bar.stretch()
        bar.add(self.sample)
        self.sheet = NumberSheet()
        self.body = Placeholder(self.sheet, EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.body, 1)
        self.chooser.changed.connect(self._layer_changed)
        self.amount.currentIndexChanged.connect(lambda _index: self.request_changed.emit())
        self.sample.changed.connect(session.select_sample)
        session.sample_changed.connect(self._sample_changed)
        session.prepared.connect(lambda _history: self.sample.set_data(self.session.data))

    def _layer_changed(self, _layer: str) -> None:
        self.sheet.jump_to_gradients()
        self.request_changed.emit()

    def _sample_changed(self, split: str, index: int) -> None:
        self.sample.choose(split, index)
        self.request_changed.emit()

    # live
    def request(self) -> Probe | None:
        return StepNumbers(node=self.chooser.layer, sample=self.sample.index, split=self.sample.split, amount=self.amount.currentData())

    def draw(self, payload: dict[str, Any], frame: Frame) -> None:
        if payload and payload["node"] != self.chooser.layer:
            return
        if not payload:
            self.body.say(f"The {self.sample.split} part is empty: choose another part of the data.")
            return
        info = getattr(self.session.data, "info", None)
        self.sheet.classes = tuple(info.class_names) if info is not None else ()
        self.sheet.show_payload(payload)
        self.body.show_content()

    def clear(self) -> None:
        self.sheet.clear_payload()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.sheet.retheme()
