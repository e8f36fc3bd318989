"""Drawing a connection, by mouse from port to port or by keyboard, and saying why it can't be while it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF

from vitrine.core.errors import GUEST, GraphError, ShapeError, breaks
from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas import edits
from vitrine.gui.canvas.ground import Ground
from vitrine.gui.canvas.items.edge import curve
from vitrine.gui.canvas.walking import nearest
from vitrine.gui.state.document import Document


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
        except GUEST as error:  # contributed code is a guest; its problem will stand at the card
            return Verdict(True, "warning", f"{node}: {breaks(error)}")
    return None


class ConnectTool:
    """From one port to another. By keyboard, arrows choose the target and Enter connects."""

    def __init__(self, canvas: Ground, node_id: str, port: str = "out", keyboard: bool = False) -> None:
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
        found = nearest(self.canvas.network.cards, start, direction, skip={self.node_id})
        if found is not None:
            self.choose(found)

    def _first_target(self) -> str | None:
        found = nearest(self.canvas.network.cards, self.node_id, "right")
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
