"""How much of the gradient reaches each layer, and how gradients, activations and weights are spread."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from vitrine.core.probes.base import Probe
from vitrine.core.probes.gradients import Gradients, GradientsAnswer
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.gradients.layer_rows import LayerRows
from vitrine.gui.widgets.bar import Bar, choice
from vitrine.gui.widgets.labels import LineLabel
from vitrine.gui.widgets.placeholder import Placeholder

EMPTY = "The gradient of every layer shows here from the first step on. Press Space to train, B for one batch."
NEXT = "Counted at the next step. Press Space to train, B for one batch."
VIEWS = (
    ("gradient size", "gradient"), ("update / weights", "ratio"), ("gradients, spread", "gradients"),
    ("activations, spread", "activations"), ("weights, spread", "weights"),
)  # fmt: skip
TIP = "Root mean square of each layer's gradient or update, or a histogram of gradients, activations or weights"


class GradientsPanel(Panel[GradientsAnswer]):
    """Bars by layer on a logarithmic axis, first layer on top, or histograms; and a sentence that says what it means."""

    id: ClassVar[str] = "gradients"
    title: ClassVar[str] = "Gradients"
    rank: ClassVar[int] = 60
    behind: ClassVar[str] = "unit_weights"
    tip: ClassVar[str] = "Gradient, update, activations and weights by layer: shows vanishing and exploding gradients"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.view = choice(*VIEWS)
        bar = Bar(self)
        bar.add(self.view, TIP, "gradients_view")
        self.note = bar.note()
        self.rows = LayerRows()
        self.rows.chosen.connect(lambda node: self.document.select([node]))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.rows)
        self.verdict = LineLabel(lines=2)
        self.verdict.setObjectName("gradients_verdict")
        self.verdict.setContentsMargins(6, 2, 6, 3)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(6, 0, 0, 2)
        inside.setSpacing(2)
        inside.addWidget(self.verdict)
        inside.addWidget(area, 1)
        self.body = Placeholder(content, EMPTY, self)
        self.lay_out(bar, self.body)
        self.view.currentIndexChanged.connect(self._view_changed)

    @property
    def _histogram(self) -> str:
        shown = self.view.currentData()
        return shown if shown in ("gradients", "activations", "weights") else "none"

    def _view_changed(self) -> None:
        if self._histogram == "none":
            self.rows.set_quantity(self.view.currentData())
        self.request_changed.emit()

    def request(self) -> Probe[GradientsAnswer] | None:
        return Gradients(histogram=self._histogram)

    def draw_nothing(self) -> None:
        """No step was looked at since the panel is seen."""
        self.body.say(NEXT if self.run is not None and self.run.step else EMPTY)

    def draw(self, answer: GradientsAnswer) -> None:
        wanted, counted = self._histogram, answer.histograms
        if wanted != ("none" if counted is None else counted.of):
            if wanted != "none":
                self.body.say(NEXT)
            return
        self.rows.show_answer(answer)
        self._say(answer)
        self.body.show_content()

    def _say(self, answer: GradientsAnswer) -> None:
        note = f"step {answer.step:,}"
        if answer.histograms is not None and answer.histograms.log:
            note = f"size of each weight's gradient \N{MIDDLE DOT} {note}"
        for label, text in ((self.note, note), (self.verdict, answer.verdict)):
            if label.text() != text:
                label.setText(text)
        role = "" if answer.kind == "even" else "warning"
        if self.verdict.property("role") != role:
            self.verdict.setProperty("role", role)
            self.verdict.style().polish(self.verdict)

    def clear(self) -> None:
        self.note.setText("")
        self.rows.clear()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.rows.update()
