"""The text under a card keeps clear of other cards and of connections, whenever it comes and wherever cards go."""

from __future__ import annotations

import pytest
from canvas_help import Hand, layer, shown
from PySide6.QtCore import QPointF, QRectF, Qt

from vitrine.core.network.analysis import Fix, Problem
from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas.items.problem_strip import ProblemStrip
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.canvas.words import tooltip_at
from vitrine.gui.state.placing import HEIGHT, WIDTH

CONTROL = Qt.KeyboardModifier.ControlModifier


def chain(count: int, activation: str) -> GraphSpec:
    return GraphSpec.chain(layer("Input"), layer("Flatten"), *[layer("Dense", units=10, activation=activation) for _ in range(count)])


@pytest.fixture
def bent(qtbot):
    """Ten layers in two rows, with nothing to complain of."""
    for canvas in shown(qtbot, chain(8, "ReLU")):
        Hand(canvas).key(Qt.Key.Key_L, CONTROL)
        yield canvas


def strips(canvas: Canvas) -> list[QRectF]:
    cards = canvas.network.cards.values()
    return [card.strip.rect.translated(card.pos()) for card in cards if not card.strip.rect.isEmpty()]


def covers_nothing(canvas: Canvas) -> bool:
    network = canvas.network
    extents = [card.extent() for card in network.cards.values()]
    apart = not any(a.intersects(b) for i, a in enumerate(extents) for b in extents[:i])
    points = [link.path.pointAtPercent(i / 200) for link in network.links.values() for i in range(201)]
    return apart and not any(strip.contains(point) for strip in strips(canvas) for point in points)


def straighten(canvas: Canvas) -> None:
    """Take the activations off: the first layer says that they compute no more than one."""
    document = canvas.document
    graph = document.graph
    for node in graph.nodes:
        if node.id.startswith("dense"):
            graph = graph.set_layer(node.id, node.layer.replace(activation="Linear"))
    document.edit_graph(graph, "Take the activations off")


def test_a_text_that_comes_later_keeps_clear_of_the_row_below(bent):
    straighten(bent)
    strip = bent.network.cards["dense_1"].strip
    assert strip.lines and strip.buttons
    assert covers_nothing(bent)
    hand = Hand(bent)
    hand.click(hand.at("dense_1", "fix:0"))
    assert not strips(bent)
    assert bent.document.graph["dense_1"].layer.activation.title == "ReLU"


def test_arranging_makes_room_for_all_of_the_text(bent):
    straighten(bent)
    short = bent.network.cards["dense_1"].strip.rect.height()
    Hand(bent).key(Qt.Key.Key_L, CONTROL)
    card = bent.network.cards["dense_1"]
    assert card.strip.rect.height() > short
    assert card.strip.rect == ProblemStrip(card.face.problems, card.far).rect
    assert covers_nothing(bent)


def test_zooming_makes_no_text_cover_a_card(bent):
    straighten(bent)
    hand = Hand(bent)
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Minus, Qt.Key.Key_Minus, Qt.Key.Key_Minus):
        hand.key(key)
        assert covers_nothing(bent), bent.zoom()


def test_a_card_pushed_up_to_a_text_makes_it_shorter_and_leaves_a_mark(bent):
    straighten(bent)
    hand, network = Hand(bent), bent.network
    first = network.cards["dense_1"]
    under = next(n for n, c in network.cards.items() if c.pos().x() == first.pos().x() and c.pos().y() > first.pos().y())
    start = hand.at(under, "name")
    lift = network.cards[under].pos().y() - first.pos().y() - HEIGHT - 10
    hand.drag(start, start - QPointF(0, lift * bent.zoom()).toPoint())
    assert bent.document.graph[under].position[1] < first.pos().y() + HEIGHT + 20
    assert not strips(bent)
    at = bent.mapFromScene(first.mapToScene(QPointF(WIDTH - 15, HEIGHT - 15)))
    assert "no more than one layer could" in tooltip_at(bent, QPointF(at))
    image = bent.grab().toImage()
    ratio = image.devicePixelRatio()
    mark = image.pixelColor(round(at.x() * ratio) - round(4 * bent.zoom() * ratio), round(at.y() * ratio))
    assert mark == first.strip.color
    hand.key(Qt.Key.Key_Down, CONTROL)
    hand.key(Qt.Key.Key_Down, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert strips(bent)
    assert covers_nothing(bent)


@pytest.mark.parametrize("far", [False, True], ids=["near", "far"])
@pytest.mark.parametrize("count", [1, 3])
def test_with_little_room_words_go_before_the_first_remedy(qapp, far, count):
    words = "takes an image (height × width × channels), got 28 × 28: put the layer before Flatten, or turn the vector into one"
    problems = tuple(Problem(f"{words}, {i}", "node", fixes=(Fix(f"Mend {i}"),)) for i in range(count))
    full, before = ProblemStrip(problems, far), None
    assert len(full.buttons) == min(count, 2)
    assert "got 28\u00a0×\u00a028:" in " ".join(ProblemStrip(problems[:1], far).lines) or far
    for room in range(300, -20, -1):
        strip = ProblemStrip(problems, far, float(room))
        assert strip.rect.isEmpty() or strip.rect.bottom() - HEIGHT <= room
        assert len(strip.fixes) == len(full.fixes)  # by keyboard and menu there is still every remedy
        seen = (len(strip.buttons), len(strip.lines))
        assert before is None or seen[0] <= before[0]
        if strip.buttons:
            assert strip.lines
        before = seen
    assert before == (0, 0)
