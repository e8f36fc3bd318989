"""Drawing a connection, by mouse from port to port or by keyboard, and saying why it can't be while it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from core.errors import GraphError, ShapeError
from core.graph import GraphSpec
from gui import theme
from gui.canvas import edits
from gui.canvas.edge_item import curve
from gui.document import Document

if TYPE_CHECKING:
    from gui.canvas.view import Canvas


@dataclass(frozen=True)
class Verdict:
    """allowed: the connection can be made. tone: "good", "warning" (made, but then to be mended) or "error"."""

    allowed: bool
    tone: str
    text: str


def judge(document: Document, source: str, target: str) -> Verdict:
    """Whether `source` can feed `target`, from the graph's rules and from the shapes it would lead to."""
    graph = document.graph
    try:
        candidate = graph.connect(source, target)
    except GraphError as error:
        text = str(error)
        return Verdict(False, "error", f"A{text[1:]}" if text.startswith("a ") else text)
    misfit = _misfit(document, candidate, target)
    if misfit is not None:
        return misfit
    if graph[target].layer.inputs[1] == 1 and graph.sources(target):
        return Verdict(True, "good", f"{source} → {target}, in place of {graph.sources(target)[0]}")
    return Verdict(True, "good", f"{source} → {target}")


def _misfit(document: Document, candidate: GraphSpec, target: str) -> Verdict | None:
    """The first layer from `target` on that could not take the shapes it would get, though it may now."""
    known = {(p.node, p.message) for p in document.analysis.problems}
    after = document.experiment.replace(graph=candidate).analyze(document.info)
    behind = candidate.descendants(target)
    for node in after.order:
        shapes, layer = after.input_shapes(node), candidate[node].layer
        if node not in behind or node in after.shapes or not shapes or len(shapes) < layer.inputs[0] or layer.problems():
            continue
        try:
            layer.output_shape(*shapes)
            layer.param_shapes(*shapes)
        except ShapeError as error:
            if (node, str(error)) in known:
                continue
            if error.hint is None:
                return Verdict(False, "error", f"{node} {error}")
            return Verdict(True, "warning", f"{node} {error}. Release to connect, then: {error.hint.title}")
    return None


class HintLabel(QLabel):
    """A line of text by the cursor that the mouse can't touch."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ground = parent
        self.setObjectName("connect_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def say(self, text: str, tone: str, at: QPoint, below: int = 18) -> None:
        """Show the text in the tone's colour ("good", "warning", "error" or "") near a point of the parent."""
        colors = theme.current()
        ink = {"error": colors.error, "warning": colors.warning, "good": colors.good}.get(tone, colors.muted)
        self.setStyleSheet(
            f"background: {colors.raised}; color: {ink}; border: 1px solid {ink}; border-radius: 4px;"
            " padding: 4px 7px; font-weight: 600;"
        )
        self.setWordWrap(False)
        self.setText(text)
        self.setMinimumWidth(0)
        if self.sizeHint().width() > 320:
            self.setWordWrap(True)
            self.setMinimumWidth(320)
        self.setMaximumWidth(320)
        self.adjustSize()
        room = self.ground.rect()
        x = min(max(at.x() + 16, 4), room.width() - self.width() - 4)
        y = at.y() + below if at.y() + below + 4 + self.height() < room.height() else at.y() - self.height() - 12
        self.move(x, y)
        self.show()
        self.raise_()


class ConnectTool:
    """From one port to another. By keyboard, arrows choose the target and Enter connects."""

    def __init__(self, canvas: Canvas, node_id: str, port: str = "out", keyboard: bool = False) -> None:
        self.canvas, self.node_id, self.port, self.keyboard = canvas, node_id, port, keyboard
        self.other: str | None = None
        self.verdict: Verdict | None = None
        self._judged: dict[str, Verdict] = {}
        if keyboard:
            self.choose(self._first_target())

    # by mouse
    def move(self, at: QPointF) -> None:
        hit = self.canvas.hit(at)
        over = hit.node if hit.node != self.node_id else None
        self._aim(over, self.canvas.mapToScene(at.toPoint()), at.toPoint())

    def release(self, at: QPointF) -> None:
        self.move(at)
        self.finish()

    # by keyboard
    def choose(self, node_id: str | None) -> None:
        self.keyboard = True
        card = self.canvas.network.cards.get(node_id or "")
        if card is None:
            self._aim(None, self._own_point(), self.canvas.mapFromScene(self._own_point()))
        else:
            self.canvas.ensureVisible(card, 60, 60)
            self._aim(node_id, card.input_point(), self.canvas.mapFromScene(card.input_point()))

    def step(self, direction: str) -> None:
        """To the neighbouring card in that direction that is not the source."""
        start = self.other or self.node_id
        found = self.canvas.nearest(start, direction, skip={self.node_id})
        if found is not None:
            self.choose(found)

    def _first_target(self) -> str | None:
        found = self.canvas.nearest(self.node_id, "right", skip=set())
        return found or next((n for n in self.canvas.network.cards if n != self.node_id), None)

    # both
    def _own_point(self) -> QPointF:
        card = self.canvas.network.cards[self.node_id]
        return card.output_point() if self.port == "out" else card.input_point()

    def _ends(self) -> tuple[str, str]:
        assert self.other is not None
        return (self.node_id, self.other) if self.port == "out" else (self.other, self.node_id)

    def _aim(self, over: str | None, scene_point: QPointF, label_at: QPoint) -> None:
        cards = self.canvas.network.cards
        if self.other in cards:
            cards[self.other].set_marked(None)
        self.other, self.verdict = over, None
        end, ink = scene_point, "accent"
        if over is not None and over in cards:
            if over not in self._judged:
                self._judged[over] = judge(self.canvas.document, *self._ends())
            self.verdict = self._judged[over]
            ink = self.verdict.tone
            cards[over].set_marked(ink)
            end = cards[over].input_point() if self.port == "out" else cards[over].output_point()
        path = curve(self._own_point(), end) if self.port == "out" else curve(end, self._own_point())
        self.canvas.network.preview.show_path(path, ink)
        self._say(label_at)

    def _say(self, at: QPoint) -> None:
        if self.verdict is None:
            wanted = "Drag to a layer to feed it" if self.port == "out" else "Drag to the layer that feeds this one"
            self.canvas.hint.say("Choose a layer with the arrow keys" if self.keyboard else wanted, "", at)
            return
        text = self.verdict.text.replace("Release to connect", "Enter connects") if self.keyboard else self.verdict.text
        if self.keyboard and self.verdict.tone == "good":
            text += "  (Enter connects, Esc cancels)"
        self.canvas.hint.say(text, self.verdict.tone, at)

    def finish(self) -> None:
        """Make the connection if it can be; say again why not otherwise."""
        verdict, ends = self.verdict, self._ends() if self.other else None
        self.cancel()
        if verdict is None or ends is None:
            return
        if verdict.allowed:
            edits.connect(self.canvas.document, *ends)
        else:
            self.canvas.message.emit("warning", f"Not connected: {verdict.text}")

    def cancel(self) -> None:
        if self.other in self.canvas.network.cards:
            self.canvas.network.cards[self.other].set_marked(None)
        self.canvas.network.preview.hide()
        self.canvas.hint.hide()
