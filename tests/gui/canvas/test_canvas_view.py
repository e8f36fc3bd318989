"""The network editor: zoom, arranging, pictures, themes and menus."""

from __future__ import annotations

import math

import numpy as np
import pytest
from canvas_help import Hand, edges, layer, shown
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas.items.card import CardItem
from vitrine.gui.canvas.items.edge import EdgeItem
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.look import theme

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


def _wheel(canvas: Canvas, delta: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(canvas.viewport().rect().center())
    event = QWheelEvent(at, at, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(canvas.viewport(), event)


def test_zoom_stays_within_bounds_whatever_comes(canvas):
    for _ in range(40):
        _wheel(canvas, 120)
    assert canvas.zoom() == pytest.approx(3.0)
    for _ in range(40):
        _wheel(canvas, -120, CONTROL)
    assert canvas.zoom() == pytest.approx(0.2)
    for bad in (math.nan, math.inf, -1.0, 0.0):
        canvas.set_zoom(bad)
        assert 0.2 <= canvas.zoom() <= 3.0
    _wheel(canvas, 2**30)
    assert 0.2 <= canvas.zoom() <= 3.0


def test_fit_shows_every_card_and_follows_the_window(canvas):
    hand = Hand(canvas)
    canvas.set_zoom(3.0)
    hand.key(KEY.Key_F)
    for size in ((1200, 700), (700, 500), (1100, 250)):
        canvas.resize(*size)
        QApplication.processEvents()
        seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
        assert seen.contains(canvas.content_rect())
        bar = canvas.mapToScene(canvas.zoom_bar.geometry()).boundingRect()
        assert not any(card.extent().intersects(bar) for card in canvas.network.cards.values())


def test_the_zoom_bar_stays_in_its_corner(canvas):
    before = canvas.zoom_bar.geometry()
    canvas.pan(300, 200)
    _wheel(canvas, 120)
    assert canvas.zoom_bar.geometry() == before
    assert canvas.zoom_bar.percent.text() == f"{round(canvas.zoom() * 100)} %"


def test_a_resize_polishes_no_style_sheet(canvas, qtbot):
    """It took a third of the step, and laid the window out again."""

    class Polished(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += event.type() in (QEvent.Type.StyleChange, QEvent.Type.LayoutRequest)
            return False

    QApplication.processEvents()
    seen = Polished()
    for widget in (canvas.zoom_bar, *canvas.zoom_bar.findChildren(QWidget)):
        widget.installEventFilter(seen)
    canvas.resize(canvas.width() - 60, canvas.height() - 40)
    QApplication.processEvents()
    assert seen.count == 0
    theme.apply(QApplication.instance(), "dark")
    try:
        assert theme.current().surface in canvas.zoom_bar.styleSheet()
    finally:
        theme.apply(QApplication.instance(), "light")


def test_a_new_picture_paints_no_words_from_afar(canvas, qtbot, monkeypatch):
    """Whole pixels reach beyond the picture's place at a small zoom: the card's words lie clear of them."""
    canvas.set_zoom(0.36)
    qtbot.waitUntil(lambda: not canvas.viewport().testAttribute(Qt.WidgetAttribute.WA_PendingUpdate))
    QApplication.processEvents()
    words, pictures = [], []
    monkeypatch.setattr(CardItem, "_paint_texts", lambda card, painter: words.append(card.id))
    paint = CardItem._paint_thumbnail
    monkeypatch.setattr(CardItem, "_paint_thumbnail", lambda card, painter, zoom: (pictures.append(card.id), paint(card, painter, zoom)))
    wanted = canvas.thumbnail_nodes()
    canvas.set_thumbnails({node: (np.full((8, 8), 200, np.uint8), "gray") for node in wanted})
    qtbot.waitUntil(lambda: set(pictures) >= set(wanted))
    assert words == []


def test_wheel_zooms_about_the_cursor(canvas):
    middle = canvas.viewport().rect().center()
    before = canvas.mapToScene(middle)
    _wheel(canvas, 120)
    after = canvas.mapToScene(middle)
    assert (before - after).manhattanLength() < 4


def test_the_middle_button_pans(canvas):
    hand = Hand(canvas)
    before = hand.at("conv2d_1")
    start = hand.ground()
    hand.drag(start, start + QPoint(60, -40), Qt.MouseButton.MiddleButton)
    assert (hand.at("conv2d_1") - before - QPoint(60, -40)).manhattanLength() <= 2
    assert canvas.document.undo_stack.count() == 0


def test_arranging_separates_the_cards_and_can_be_undone(canvas):
    document = canvas.document
    document.edit_graph(document.graph.move({n.id: (5.0, 7.0) for n in document.graph.nodes}), "Heap")
    heap = document.graph
    Hand(canvas).key(KEY.Key_L, CONTROL)
    xs = [document.graph[n].position[0] for n in ("input_1", "conv2d_1", "maxpool2d_1", "flatten_1", "dense_1")]
    assert all(b - a == 190 for a, b in zip(xs, xs[1:]))
    document.undo_stack.undo()
    assert document.graph == heap


def test_a_long_network_goes_on_in_the_next_line(qtbot):
    graph = GraphSpec.chain(layer("Input"), layer("Flatten"), *[layer("Dense", units=10) for _ in range(8)])
    for canvas in shown(qtbot, graph):
        canvas.fit()
        before = canvas.zoom()
        canvas.verbs.arrange()
        assert canvas.zoom() > before * 7 / 6
        cards = [card.extent() for card in canvas.network.cards.values()]
        assert not any(a.intersects(b) for i, a in enumerate(cards) for b in cards[:i])
        places = {n.id: n.position for n in canvas.document.graph.nodes}
        back = [e for e in canvas.document.graph.edges if places[e.target][0] < places[e.source][0]]
        assert back
        bodies = [card for n, card in canvas.network.cards.items() if n not in (back[0].source, back[0].target)]
        path = canvas.network.links[back[0]].path
        assert not any(card.extent().contains(path.pointAtPercent(i / 50)) for card in bodies for i in range(51))
        last = back[0].source
        hand = Hand(canvas)
        hand.drop("Dropout", hand.edge(last, back[0].target))
        new = canvas.document.graph["dropout_1"].position
        assert new == (places[last][0] + 190, places[last][1])


def test_broken_positions_do_not_break_the_view(canvas):
    document = canvas.document
    document.edit_graph(document.graph.move({"dense_1": (math.nan, math.inf), "conv2d_1": (1e300, 0.0)}), "Far")
    canvas.fit()
    assert math.isfinite(canvas.zoom())
    assert math.isfinite(canvas.network.cards["dense_1"].pos().x())


def test_space_and_undo_are_left_to_the_window(canvas):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    for key, modifiers in ((KEY.Key_Space, Qt.KeyboardModifier.NoModifier), (KEY.Key_Z, CONTROL)):
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
        QApplication.sendEvent(canvas, event)
        assert not event.isAccepted()


# pictures
def test_thumbnails_reach_the_visible_cards_in_the_themes_colours(canvas, qtbot):
    assert canvas.thumbnail_nodes() == [n.id for n in canvas.document.graph.nodes]
    values = np.array([[0, 128, 255]], np.uint8)
    canvas.set_thumbnails({"conv2d_1": (values, "diverging"), "gone": (values, "gray")})
    thumbnail = canvas.network.cards["conv2d_1"].thumbnail
    low, _middle, high = (thumbnail.image.pixelColor(x, 0) for x in range(3))
    assert low.name() == theme.current().negative and high.name() == theme.current().positive
    area = canvas.mapFromScene(canvas.network.cards["conv2d_1"].mapToScene(QPointF(20, 78)))
    assert canvas.grab().toImage().pixelColor(area).name() == theme.current().negative
    canvas.clear_thumbnails()
    assert canvas.network.cards["conv2d_1"].thumbnail is None
    canvas.hide()
    assert canvas.thumbnail_nodes() == []


def test_cards_out_of_sight_want_no_picture(canvas):
    canvas.set_zoom(3.0)
    canvas.pan(100_000, 0)
    assert canvas.thumbnail_nodes() == []


def test_both_themes_paint(canvas, qapp):
    for name in ("dark", "light"):
        theme.apply(qapp, name)
        image = canvas.grab().toImage()
        corner = canvas.mapFromScene(canvas.network.cards["dense_1"].mapToScene(QPointF(76, 28)))
        assert image.pixelColor(corner).name() == theme.current().surface


# menus
def _entries(menu: QMenu) -> list[str]:
    return [action.text().split("\t")[0] for action in menu.actions() if action.text()]


def _open_menu(canvas: Canvas, at: QPoint) -> QMenu:
    canvas.show_menu(canvas.hit(QPointF(at)), canvas.viewport().mapToGlobal(at))
    return canvas.findChildren(QMenu, "canvas_menu")[-1]


def _trigger(menu: QMenu, *path: str) -> None:
    for text in path[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text().startswith(text))
    next(action for action in menu.actions() if action.text().startswith(path[-1])).trigger()


def test_menus_of_card_edge_and_ground(broken):
    hand = Hand(broken)
    menu = _open_menu(broken, hand.at("dense_1"))
    assert _entries(menu)[0] == "Fix: Insert Flatten"
    assert {"Rename", "Duplicate", "Delete", "Disconnect from maxpool2d_1"} <= set(_entries(menu))
    assert broken.document.selection == ["dense_1"]
    menu.close()
    menu = _open_menu(broken, hand.edge("conv2d_1", "maxpool2d_1"))
    _trigger(menu, "Insert here", "Regularization", "Dropout")
    assert ("conv2d_1", "dropout_1") in edges(broken)
    menu.close()
    at = hand.ground() + QPoint(0, 20)
    menu = _open_menu(broken, at)
    _trigger(menu, "Add layer", "Core", "Dense")
    assert broken.document.graph.sources("dense_2") == []
    menu.close()


def test_connections_are_led_anew_only_where_something_lies_elsewhere(canvas, monkeypatch):
    """Opening an experiment did it five times over, every fit once or twice."""
    led = []
    route = EdgeItem.route
    monkeypatch.setattr(EdgeItem, "route", lambda edge, *places: (led.append(edge.edge), route(edge, *places)))
    network = canvas.network
    network.settle()
    canvas.fit()
    network.refresh()
    assert led == []
    node = canvas.document.graph.nodes[1].id
    network.move_cards({node: (40.0, 300.0)})
    assert set(led) == set(network.links)
    assert all(item.path.elementCount() for item in network.links.values())
