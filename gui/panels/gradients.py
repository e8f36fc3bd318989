"""How much of the gradient reaches each layer, and how gradients, activations and weights are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.probes.base import Probe
from core.probes.gradients import Gradients
from gui.panels.base import Panel
from gui.widgets.bar import Bar, choice
from gui.widgets.labels import LineLabel
from gui.widgets.layer_rows import LayerRows
from gui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from core.events import Frame
    from gui.session import Session

EMPTY = "The gradient of every layer shows here from the first step on. Press Space to train, B for one batch."
VIEWS = (
    ("gradient size", "gradient"), ("update / weights", "ratio"), ("gradients, spread", "gradients"),
    ("activations, spread", "activations"), ("weights, spread", "weights"),
)  # fmt: skip
TIP = "Root mean square of each layer's gradient or update, or a histogram of gradients, activations or weights"


class GradientsPanel(Panel):
    """Bars by layer on a logarithmic axis, first layer on top, or histograms; and a sentence that says what it means."""

    id: ClassVar[str] = "gradients"
    title: ClassVar[str] = "Gradients"
    rank: ClassVar[int] = 60
    behind: ClassVar[str] = "unit_weights"
    tip: ClassVar[str] = "Gradient, update, activations and weights by layer: shows vanishing and exploding gradients"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = choice(*VIEWS)
        bar = Bar()
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
        self.body = Placeholder(content, EMPTY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self.body, 1)
        self.view.currentIndexChanged.connect(self._view_changed)

    @property
    def _histogram(self) -> str:
        shown = self.view.currentData()
        return shown if shown in ("gradients", "activations", "weights") else "none"

    def _view_changed(self) -> None:
        if self._histogram == "none":
            self.rows.set_quantity(self.view.currentData())
        self.request_changed.emit()

    def request(self) -> Probe | None:
        return Gradients(histogram=self._histogram)

    def draw(self, payload: dict[str, Any], frame: Frame) -> None:
        wanted = self._histogram
        if not payload or payload.get("of", "none") != wanted:
            if wanted != "none" and payload:
                self.body.say("Counted at the next step. Press Space to train, B for one batch.")
            return
        self.rows.show_payload(payload)
        self._say(payload)
        self.body.show_content()

    def _say(self, payload: dict[str, Any]) -> None:
        note = f"step {payload['step']:,}"
        if payload.get("log"):
            note = f"size of each weight's gradient \N{MIDDLE DOT} {note}"
        for label, text in ((self.note, note), (self.verdict, payload["verdict"])):
            if label.text() != text:
                label.setText(text)
        role = "" if payload["kind"] == "even" else "warning"
        if self.verdict.property("role") != role:
            self.verdict.setProperty("role", role)
            self.verdict.style().polish(self.verdict)

    def clear(self) -> None:
        self.note.setText("")
        self.rows.clear()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.rows.update()
