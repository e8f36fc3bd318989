"""Context menus of the canvas: on a card, on a connection, on the ground."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from core.graph import Edge
from core.layers.base import Layer
from gui.canvas import edits
from gui.canvas.kinds import badge_icon

if TYPE_CHECKING:
    from gui.canvas.view import Canvas


def card_menu(canvas: Canvas, node_id: str) -> QMenu:
    document, menu = canvas.document, _menu(canvas)
    for fix in canvas.network.cards[node_id].strip.fixes:
        _add(menu, f"Fix: {fix.title}", partial(document.fix, fix))
    if menu.actions():
        menu.addSeparator()
    layer_menu(menu, "Append after this", lambda name: edits.append(document, name, node_id))
    _add(menu, "Connect to…\tC", lambda: canvas.connect_from(node_id))
    for source in document.graph.sources(node_id):
        _add(menu, f"Disconnect from {source}", partial(edits.disconnect, document, Edge(source, node_id)))
    menu.addSeparator()
    _add(menu, "Settings\tEnter", lambda: canvas.edit_requested.emit(node_id))
    _add(menu, "Rename\tF2", canvas.rename)
    menu.addSeparator()
    for text, action in (("Cut\tCtrl+X", canvas.cut), ("Copy\tCtrl+C", canvas.copy), ("Duplicate\tCtrl+D", canvas.duplicate)):
        _add(menu, text, action)
    _add(menu, "Delete\tDel", canvas.delete)
    return menu


def edge_menu(canvas: Canvas, edge: Edge) -> QMenu:
    document, menu = canvas.document, _menu(canvas)
    layer_menu(menu, "Insert here", lambda name: edits.insert(document, name, edge))
    _add(menu, "Delete connection\tDel", lambda: edits.disconnect(document, edge))
    return menu


def ground_menu(canvas: Canvas, at: QPointF) -> QMenu:
    document, menu = canvas.document, _menu(canvas)
    layer_menu(menu, "Add layer", lambda name: edits.place(document, name, (at.x(), at.y())), entry=not edits.has_entry(document.graph))
    menu.addSeparator()
    _add(menu, "Paste\tCtrl+V", lambda: canvas.paste((at.x(), at.y())))
    _add(menu, "Select all\tCtrl+A", canvas.select_all)
    menu.addSeparator()
    _add(menu, "Arrange\tCtrl+L", canvas.arrange)
    _add(menu, "Fit\tF", canvas.fit)
    _add(menu, "Zoom to 100 %\tCtrl+1", canvas.zoom_reset)
    return menu


def layer_menu(menu: QMenu, title: str, act: Callable[[str], object], entry: bool = False) -> None:
    """A submenu of all layers by group; layers that take no input only where they can stand."""
    top = menu.addMenu(title)
    for group, kinds in Layer.registry.groups().items():
        shown = [k for k in kinds if entry or not edits.is_entry(k)]
        sub = top.addMenu(group) if shown else None
        for kind in shown if sub is not None else ():
            action = sub.addAction(badge_icon(kind), kind.title)  # type: ignore[union-attr]
            action.setToolTip(kind.summary)
            action.triggered.connect(lambda _checked=False, name=kind.__name__: act(name))


def _menu(canvas: Canvas) -> QMenu:
    menu = QMenu(canvas)
    menu.setObjectName("canvas_menu")
    menu.setToolTipsVisible(True)
    return menu


def _add(menu: QMenu, text: str, act: Callable[[], object]) -> None:
    menu.addAction(text).triggered.connect(lambda _checked=False: act())
