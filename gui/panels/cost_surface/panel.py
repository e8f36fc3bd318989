"""The loss over the weights as a map, and the run's way down it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vitrine.core.probes.base import Probe
from vitrine.core.probes.cost_surface import CostMap, CostSurface, NoMap
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.cost_surface.contour_view import ContourView, number
from vitrine.gui.widgets.bar import Bar, KeyButton
from vitrine.gui.widgets.glyph_button import GlyphButton
from vitrine.gui.widgets.labels import LineLabel
from vitrine.gui.widgets.placeholder import Placeholder

EMPTY = "The loss over the weights shows here as soon as the network is ready. Press Space to train and watch the way down."
NOTHING = "The network has no weights yet: drag a Dense from the palette onto the canvas."
LARGE = "{:,} parameters: too many for a map of the loss."


class CostSurfacePanel(Panel[CostMap | NoMap]):
    """Two parameters: the whole loss. More: a slice through the weights along two random directions."""

    id: ClassVar[str] = "cost_surface"
    title: ClassVar[str] = "Cost surface"
    rank: ClassVar[int] = 80
    behind: ClassVar[str] = "curves"
    tip: ClassVar[str] = (
        "The loss over the weights as a contour map, with the run's way on it; for large networks a slice through the weights"
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._number = self._seed = self._known = 0
        self.again = KeyButton()
        self.again.setText("Recompute")
        self.again.setProperty("role", "toggle")
        self.again.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.die = GlyphButton("die", "other_directions", "Look along two other random directions")
        self.die.hide()
        bar = Bar(self)
        bar.add(self.again, "Draw the map anew, around the present weights", "recompute")
        bar.add(self.die)
        self.note = bar.note()
        self.view = ContourView()
        self.view.setObjectName("surface")
        self.words = LineLabel(lines=2)
        self.words.setObjectName("surface_words")
        self.words.setContentsMargins(6, 0, 6, 3)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(4, 0, 4, 2)
        inside.setSpacing(2)
        inside.addWidget(self.view, 1)
        inside.addWidget(self.words)
        self.body = Placeholder(content, EMPTY, self)
        self.lay_out(bar, self.body)
        self.again.clicked.connect(self.recompute)
        self.die.clicked.connect(self._turn)

    def recompute(self) -> None:
        """Another map, around the present weights."""
        self._number, self._known = self._number + 1, 0
        self.request_changed.emit()

    def _turn(self) -> None:
        self._seed += 1
        self.recompute()

    # live
    def request(self) -> Probe[CostMap | NoMap] | None:
        return CostSurface(number=self._number, seed=self._seed, known=self._known)

    def draw(self, answer: CostMap | NoMap) -> None:
        if isinstance(answer, NoMap):
            self.body.say(LARGE.format(answer.parameters) if answer.parameters else NOTHING)
            return
        if (answer.number, answer.seed) != (self._number, self._seed):
            return
        self._known = answer.done
        self.die.setVisible(answer.kind == "slice")
        self.view.show_map(answer)
        for label, text in ((self.note, _progress(answer)), (self.words, _words(answer))):
            if label.text() != text:
                label.setText(text)
        self.body.show_content()

    def clear(self) -> None:
        self._known = 0
        self.note.setText("")
        self.view.clear()
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        self.view.retheme()


def _progress(p: CostMap) -> str:
    step = f"step {p.step:,}"
    if p.done < p.total:
        return f"{100 * p.done // p.total} % of the map \N{MIDDLE DOT} {step}"
    if p.kind == "slice" and p.step != p.survey_step:
        return f"{step} \N{MIDDLE DOT} map of step {p.survey_step:,}"
    return step


def _words(p: CostMap) -> str:
    """Where the run stands, in numbers."""
    names = [name.split("/")[-1] for name in p.names]
    part = f"all {p.of:,}" if p.examples == p.of else f"{p.examples:,} of {p.of:,}"
    noun = "training example" if p.of == 1 else "training examples"
    on = f"on {part} {noun}" if p.of > 1 else f"on the one {noun}"
    on += ", with the penalty" if p.penalty else ""  # the curves show the loss without
    if p.kind == "slice":
        text = f"E = {number(p.loss)} now, {on}; a slice along two random directions, 1 as far as the weights are long."
        if p.step != p.survey_step:
            text = f"E = {number(p.loss)} now, {on}. Random directions hardly show the way: Recompute draws the map from here."
        return text
    at = ", ".join(f"{name} = {number(float(v))}" for name, v in zip(names, p.point))
    text = f"E = {number(p.loss)} at {at}, {on}."
    if p.lowest is not None:
        low = ", ".join(f"{name} = {number(float(v))}" for name, v in zip(names, p.lowest))
        text += f" Lowest (+) at {low}."
    return text
