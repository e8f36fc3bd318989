"""What the tooltip says of a point of the canvas."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPointF

from vitrine.gui.canvas.ground import Ground
from vitrine.gui.canvas.items.badge import words_of


def tooltip_at(ground: Ground, at: QPointF) -> str:
    """What the tooltip says at a point of the viewport."""
    hit = ground.hit(at)
    if hit.edge is not None:
        shape = ground.document.analysis.shapes.get(hit.edge.source)
        carried = f": {' × '.join(map(str, shape))}" if shape else ""
        return escape(f"{hit.edge.source} → {hit.edge.target}{carried}")
    if hit.node is None:
        return ""
    card = ground.network.cards[hit.node]
    if hit.part == "in":
        return "Input: drag from here to the layer that feeds this one"
    if hit.part == "out":
        return "Output: drag from here to the layer to feed"
    if hit.part is not None and hit.part.startswith("fix"):
        return escape(card.fix_titles[int(hit.part.split(":")[1])])
    if hit.part == "diagnoses":
        return words_of(card.diagnoses)
    waiting = "" if card.thumbnail else "<br><i>The picture comes with training: press Space</i>"
    found = "".join(f"<br><b>Diagnosis:</b> {escape(diagnosis.message)}" for diagnosis in card.diagnoses)
    return card.face.tooltip().replace("</div>", found + waiting + "</div>")
